"""The languages whose string literals are read: a language is one row of a table.

Each part is a regular expression; all are linear in the text, whatever it is.
"""

from __future__ import annotations

from ..light_typing import NamedTuple

REFUSED = "{}%$#@"


class Style(NamedTuple):
    """One way to write a string.

    `opener`: its prefix and quote, the quote being group `q`; `closer`: what ends it if not that quote; `escapes`: the
    family of its escapes; `hole`: where an interpolated part begins, with its opening bracket if it has one; `lines`:
    whether it may go over several lines; `refused`: characters that are not written into it, as they might not mean
    themselves (in a format string, say).
    """

    opener: str
    escapes: str
    hole: str = ""
    closer: str = ""
    lines: bool = False
    refused: str = REFUSED


class Language(NamedTuple):
    """How a language is written.

    `names`: patterns of file names; `comments`; `skip`: what holds quotes and is no string (characters, symbols);
    `concat`: operators that join strings; `joins`: strings side by side are one; `spaced`: nothing but white space
    stands between the elements of a list; `regex`: a slash may begin a regular expression; `lines`: a statement may end
    with its line.
    """

    name: str
    names: tuple[str, ...]
    comments: str
    styles: tuple[Style, ...]
    skip: str = r"(?!)"
    concat: tuple[str, ...] = ("+",)
    joins: bool = False
    spaced: bool = False
    regex: bool = False
    lines: bool = True


SLASHES = r"//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)"
HASH = r"#[^\n]*"
CHARACTER = r"'(?:[^'\\\n]|\\(?:u\{\w{1,6}\}|x\w\w|u\w{4}|.|\d{3}))'"
DOUBLE, SINGLE = '(?P<q>")', "(?P<q>')"
HEREDOC = r"<<[~-]?(?P<raw>['\"]?)(?P<q>[A-Z_]\w*)(?P=raw)[^\n]*\n"
HEREDOC_END = r"^[ \t]*%s\b"
PERL_HOLE = r"[$@](?:\{|(?:::)?\w+(?:(?:->)?(?:\[[^\]\n]{0,99}\]|\{[^}\n]{0,99}\}))*)"
PHP_HOLE = r"\{(?=\$)|\$\{|\$[A-Za-z_]\w*(?:->\w+|\[[^\]\n]{0,99}\])?"
POWERSHELL_HOLE = r"\$\{|\$\(|\$[A-Za-z_][\w:]*"
BRACKETS = "[({\\[|/!]"
JSON_STRING = Style(DOUBLE, "json", refused="")
TEMPLATE = Style("(?P<q>`)", "javascript", r"\$\{", lines=True)
JAVASCRIPT = (Style("(?P<q>[\"'])", "javascript"), TEMPLATE)
C_STRING = Style('(?:u8|[LuU])?(?P<q>")', "c")

LANGUAGES = (
    Language(
        "python",
        ("*.py", "*.pyw", "*.pyi", "*.py.in", "*.bzl", "*.star", "wscript", "SConstruct", "SConscript", "meson.build"),
        HASH,
        tuple(
            Style(f"{prefix}(?P<q>{quote})", escapes, hole, lines=len(quote) > 1)
            for quote in ('"""', "'''", '"', "'")
            for prefix, escapes, hole in (
                ("[bBuU]?", "python", ""),
                ("(?:[rR][bB]?|[bB][rR])", "pair", ""),
                ("[fFtT]", "python", r"\{"),
                ("(?:[rR][fFtT]|[fFtT][rR])", "pair", r"\{"),
            )
        ),
        joins=True,
    ),
    Language(
        "go",
        ("*.go", "*.cue"),
        SLASHES,
        (Style(DOUBLE, "c"), Style("(?P<q>`)", "none", lines=True)),
        CHARACTER,
    ),
    Language(
        "rust",
        ("*.rs",),
        SLASHES,
        (Style('[bc]?(?P<q>")', "rust", lines=True), Style('[bc]?r(?P<q>#{0,9}")', "none", lines=True)),
        rf"b?{CHARACTER}|'[A-Za-z_]\w*",
        joins=False,
    ),
    Language(
        "javascript",
        ("*.js", "*.mjs", "*.cjs", "*.jsx", "*.ts", "*.mts", "*.cts", "*.tsx", "*.vue", "*.svelte"),
        SLASHES,
        JAVASCRIPT,
        regex=True,
    ),
    Language("json", ("*.json", "*.json5", "*.jsonc", "*.ipynb", "*.hjson"), f"{SLASHES}", (JSON_STRING,)),
    Language(
        "ruby",
        ("*.rb", "*.rake", "Vagrantfile*", "Rakefile", "*.gemspec", "Gemfile", "*.erb", "Brewfile", "*.cr"),
        HASH + r"|^=begin\b(?s:.*?)(?:^=end\b|\Z)",
        (
            Style('(?P<q>")', "ruby", r"#\{"),
            Style("(?P<q>')", "single"),
            Style("%[wq](?P<q>[({\\[|!])", "single", lines=True),
            Style("%[WIQ]?(?P<q>[({\\[])(?=[^\\s=])", "ruby", r"#\{", lines=True),
            Style("(?P<q>`)", "ruby", r"#\{"),
            Style(HEREDOC, "ruby", r"#\{", HEREDOC_END, True),
        ),
        r"\?['\"`](?!\w)|:'[^'\n]*'|:\"[^\"\n]*\"|\$['\"`]",
        joins=True,
        regex=True,
    ),
    Language(
        "perl",
        ("*.pl", "*.pm", "*.t", "*.plx"),
        HASH + r"|^=[a-z]\w*\b(?s:.*?)(?:^=cut\b|\Z)",
        (
            Style('(?P<q>")', "ruby", PERL_HOLE),
            Style("(?P<q>')", "single"),
            Style(rf"\bq[qx]\s?(?P<q>{BRACKETS})", "ruby", PERL_HOLE, lines=True),
            Style(rf"\bqw?\s?(?P<q>{BRACKETS})", "single", lines=True),
            Style("(?P<q>`)", "ruby", PERL_HOLE),
            Style(HEREDOC, "ruby", PERL_HOLE, HEREDOC_END, True),
        ),
        r"\b(?:s|tr|y)/(?:[^/\\\n]|\\.)*/(?:[^/\\\n]|\\.)*/|\bs\{[^}\n]*\}\s*\{[^}\n]*\}|\b(?:m|qr)/(?:[^/\\\n]|\\.)*/"
        r"|\b(?:m|qr)\{[^}\n]*\}|[$@%]\w*'|\$[\"'`#]|\b\w+'\w|=>",
        concat=(".",),
        regex=True,
    ),
    Language(
        "nix",
        ("*.nix",),
        HASH + r"|/\*(?s:.*?)(?:\*/|\Z)",
        (
            Style(DOUBLE, "nix", r"\$\{", lines=True),
            Style("(?P<q>'')", "nix-indented", r"\$\{", lines=True),
        ),
        spaced=True,
    ),
    Language(
        "hcl",
        ("*.hcl", "*.tf", "*.tfvars", "*.nomad", "*.bu"),
        f"{HASH}|{SLASHES}",
        (Style(DOUBLE, "json", r"[$%]\{"), Style(HEREDOC, "none", r"[$%]\{", HEREDOC_END, True)),
    ),
    Language(
        "toml",
        ("*.toml", "Cargo.lock", "config"),
        HASH,
        (
            Style('(?P<q>""")', "toml", lines=True),
            Style("(?P<q>''')", "none", lines=True),
            Style(DOUBLE, "toml"),
            Style(SINGLE, "none"),
        ),
    ),
    Language(
        "c",
        ("*.c", "*.h", "*.cc", "*.cpp", "*.cxx", "*.hh", "*.hpp", "*.m", "*.ino", "*.d", "*.zig"),
        SLASHES,
        (Style('R"(?P<tag>\\w{0,16})\\((?P<q>)', "none", closer='\\)%s"', lines=True), C_STRING),
        CHARACTER + r"|(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])",
        joins=True,
        lines=False,
    ),
    Language(
        "java",
        ("*.java", "*.kt", "*.kts", "*.groovy", "*.gradle", "*.scala", "*.cs", "*.swift", "*.dart", "Jenkinsfile*"),
        SLASHES,
        (
            Style('(?P<q>""")', "c", r"\$\{|\$[A-Za-z_]\w*", lines=True),
            Style("(?P<q>''')", "c", lines=True),
            Style('[@]?[$](?P<q>")', "c", r"\{"),
            Style(DOUBLE, "c", r"\$\{|\$[A-Za-z_]\w*|\\\("),
            Style(SINGLE, "c", r"\$\{"),
        ),
    ),
    Language(
        "haskell",
        ("*.hs", "*.lhs", "*.elm", "*.purs"),
        r"--[^\n]*|\{-(?s:.*?)(?:-\}|\Z)",
        (Style(DOUBLE, "c", lines=True),),
        rf"{CHARACTER}|\b\w+'+",
        concat=("++", "<>"),
    ),
    Language(
        "elixir",
        ("*.ex", "*.exs"),
        HASH,
        (
            Style('(?P<q>""")', "c", r"#\{", lines=True),
            Style(DOUBLE, "c", r"#\{", lines=True),
            Style(SINGLE, "c", r"#\{", lines=True),
        ),
        r"\?\\?.",
        concat=("<>", "++"),
    ),
    Language(
        "julia",
        ("*.jl", "*.nim", "*.nims"),
        r"#=(?s:.*?)(?:=#|\Z)|" + HASH,
        (
            Style('(?P<q>""")', "c", r"\$\(|\$[A-Za-z_]\w*", lines=True),
            Style(DOUBLE, "c", r"\$\(|\$[A-Za-z_]\w*", lines=True),
            Style("(?P<q>`)", "c", r"\$\(|\$[A-Za-z_]\w*", lines=True),
        ),
        rf"{CHARACTER}|\w'+",
        concat=("*", "&"),
    ),
    Language(
        "v",
        ("*.v", "*.vsh"),
        SLASHES,
        (Style("r?(?P<q>[\"'])", "c", r"\$\{|\$[A-Za-z_]\w*", lines=True), Style("(?P<q>`)", "c")),
    ),
    Language(
        "ocaml",
        ("*.ml", "*.mli", "*.fs", "*.fsx"),
        r"\(\*(?s:.*?)(?:\*\)|\Z)|//[^\n]*",
        (Style('(?P<q>""")', "none", lines=True), Style(DOUBLE, "c", lines=True)),
        rf"{CHARACTER}|'\w+",
        concat=("^", "+", "@"),
    ),
    Language(
        "lua",
        ("*.lua",),
        r"--\[\[(?s:.*?)(?:\]\]|\Z)|--[^\n]*",
        (Style("(?P<q>[\"'])", "c"), Style(r"(?P<q>\[\[)", "none", closer=r"\]\]", lines=True)),
        concat=("..",),
    ),
    Language(
        "php",
        ("*.php",),
        f"{SLASHES}|{HASH}",
        (
            Style(DOUBLE, "ruby", PHP_HOLE, lines=True),
            Style(SINGLE, "single", lines=True),
            Style("<" + HEREDOC, "ruby", PHP_HOLE, HEREDOC_END, True),
        ),
        concat=(".",),
    ),
    Language(
        "powershell",
        (),  # powershell.py reads the files: commands there need no quotes
        r"<#(?s:.*?)(?:#>|\Z)|" + HASH,
        (
            Style('(?P<q>@")[ \t]*\r?\n', "backtick", POWERSHELL_HOLE, '\n"@', True),
            Style("(?P<q>@')[ \t]*\r?\n", "none", closer="\n'@", lines=True),
            Style(DOUBLE, "backtick", POWERSHELL_HOLE, lines=True),
            Style(SINGLE, "doubled", lines=True),
        ),
        "`.",
    ),
    Language(
        "lisp",
        ("*.el", "*.lisp", "*.scm", "*.clj", "*.cl", "*.rkt"),
        r";[^\n]*",
        (Style(DOUBLE, "c", lines=True),),
        r"[?#]\\.",
        spaced=True,
    ),
)
BY_NAME = {language.name: language for language in LANGUAGES}
