// The page is complete without this: it adds sorting, filtering and the folding of reasons to the table of VMs.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const table = byId("vms");
  const heads = [...table.tHead.rows[0].cells];
  const firstVerdict = heads.findIndex((head) => head.dataset.release !== undefined);
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const gravity = "ruws";

  // One table body is one VM: the row of its verdicts and, where there are any, the row of reasons.
  const vms = [...table.tBodies].map((body, order) => {
    const cells = [...body.rows[0].cells];
    return { body, order, cells, why: body.rows[1], text: null, button: null };
  });

  const verdict = (vm, column) => vm.cells[column].className[0];
  const textOf = (vm) => (vm.text ??= vm.body.textContent.toLowerCase());

  // Folding.
  const fold = (vm, open) => {
    if (vm.why) {
      vm.why.hidden = !open;
      vm.button.setAttribute("aria-expanded", String(open));
    }
  };
  for (const vm of vms) {
    if (vm.why) {
      const [head] = vm.cells;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => fold(vm, vm.why.hidden));
      head.append(button);
      vm.button = button;
      fold(vm, false);
    }
  }
  const toggle = byId("toggle");
  const foldAll = (open) => {
    toggle.setAttribute("aria-expanded", String(open));
    toggle.textContent = open ? "Hide all reasons" : "Show all reasons";
    for (const vm of vms) {
      fold(vm, open && !vm.body.hidden);
    }
  };
  toggle.addEventListener("click", () => foldAll(toggle.getAttribute("aria-expanded") !== "true"));

  // Sorting.
  const compare = (column) => (one, other) =>
    column >= firstVerdict
      ? gravity.indexOf(verdict(one, column)) - gravity.indexOf(verdict(other, column))
      : collator.compare(one.cells[column].textContent, other.cells[column].textContent);
  const arrange = () => {
    const rows = document.createDocumentFragment();
    for (const vm of vms) {
      rows.append(vm.body);
    }
    table.append(rows);
  };
  const sort = (column) => {
    const direction = heads[column].getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    const sign = direction === "ascending" ? 1 : -1;
    const order = compare(column);
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", direction);
    vms.sort((one, other) => sign * order(one, other));
    arrange();
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });

  // Filtering.
  const search = byId("search");
  const wanted = byId("verdict");
  const release = byId("release");
  const onlyNew = byId("only-new");
  const columns = heads.map((head, column) => column).filter((column) => heads[column].dataset.release >= "0");
  const shown = (vm) => {
    const on = release.value === "" ? columns : [columns[Number(release.value)]];
    return (
      (wanted.value === "" || on.some((column) => verdict(vm, column) === wanted.value)) &&
      (!onlyNew?.checked || "new" in vm.body.dataset) &&
      search.value.toLowerCase().split(/\s+/).every((word) => textOf(vm).includes(word))
    );
  };
  const number = (count) => count.toLocaleString("en");
  const filter = () => {
    let count = 0;
    for (const vm of vms) {
      const show = shown(vm);
      vm.body.hidden = !show;
      count += show;
    }
    const all = `${number(vms.length)} VM${vms.length === 1 ? "" : "s"}`;
    byId("count").textContent = count === vms.length ? all : `${number(count)} of ${all}`;
  };
  const controls = byId("controls");
  controls.addEventListener("input", filter);
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("reset", () => {
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    vms.sort((one, other) => one.order - other.order);
    arrange();
    foldAll(false);
    setTimeout(filter); // when the controls have their first values again
  });
  controls.hidden = false;

  // A count among the releases shows the VMs that it counts.
  for (const cell of document.querySelectorAll("#releases td[data-verdict]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...cell.childNodes);
    button.addEventListener("click", () => {
      controls.reset();
      setTimeout(() => {
        wanted.value = cell.dataset.verdict;
        release.value = cell.parentNode.dataset.release;
        filter();
        byId("vms-head").scrollIntoView();
      });
    });
    cell.append(button);
  }
})();
