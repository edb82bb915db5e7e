// What only the page itself can know or reach: which formulas are wider than the
// screen, so that the keyboard must be able to scroll them; the buttons that other
// scripts insert with English labels; and where the focus was before a menu opened.
const makeFormulasReachable = () => {
  document.querySelectorAll('mjx-container[display="true"]').forEach((formula) => {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  });
};

const labelToggles = () => {
  if (!document.documentElement.lang.startsWith("zh")) return;
  document.querySelectorAll("button.toggle-button").forEach((button) => {
    button.setAttribute("aria-label", "展开或收起");
  });
};

const returnFocus = () => {
  for (const side of ["primary", "secondary"]) {
    const dialog = document.getElementById(`pst-${side}-sidebar-modal`);
    const toggle = document.querySelector(`.${side}-toggle`);
    dialog?.addEventListener("close", () => setTimeout(() => toggle?.focus()));
  }
};

window.addEventListener("load", () => {
  labelToggles();
  returnFocus();
  window.MathJax?.startup?.promise?.then(makeFormulasReachable);
});
window.addEventListener("resize", makeFormulasReachable);
