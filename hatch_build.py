"""Puts what the rules and facts say into the wheel in a form that is quick to read; see linter/vmlint/data.py."""

from __future__ import annotations

import os
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledData(BuildHookInterface[Any]):
    """Reads all data files, which leaves them as JSON in the checkout; a mistake in one of them ends the build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before a wheel is made, or (`version` is `editable`) an editable install."""
        sys.path.insert(0, os.path.join(self.root, "linter"))
        sys.dont_write_bytecode = False  # else nothing compiled would be kept, which is all that this is for
        from vmlint import catalog, data
        from vmlint.libvirt.schema_model import model
        from vmlint.libvirt.schema_shape import shapes_of

        for rule in catalog.rules().values():
            rule.page()
        facts = data.fact_files()
        for file in facts:
            data.read_toml(file)
        schemas = ("domain", "network")
        for schema in schemas:
            shapes_of(schema)
            model(schema)
        names = [f"schemas/{schema}{part}" for schema in schemas for part in ("", ".model")]
        for name in ("rules", "rule-pages", *names, *(file.removesuffix(".toml") for file in facts)):
            path = data.compiled_path(name)
            if version != "editable" and os.path.exists(path):
                build_data["force_include"][path] = f"vmlint/{data.COMPILED}/{os.path.basename(path)}"
