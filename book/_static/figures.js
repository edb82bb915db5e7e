/* A figure that is wider than its box can be scrolled by keyboard and says so; one that
   fits is no stop on the way of the Tab key. */
"use strict";

(() => {
  const chinese = document.documentElement.lang.startsWith("zh");
  const hint = chinese ? "可以左右滚动的图：" : "Figure that scrolls sideways: ";

  const settle = (box) => {
    if (box.scrollWidth > box.clientWidth) {
      const caption = box.closest("figure")?.querySelector(".caption-text");
      const title = caption?.textContent ?? box.firstElementChild.ariaLabel;
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", hint + title.trim());
    } else {
      ["tabindex", "role", "aria-label"].forEach((name) => box.removeAttribute(name));
    }
  };

  const observer = new ResizeObserver((entries) => {
    entries.forEach((entry) => settle(entry.target));
  });
  document.querySelectorAll(".figure-box").forEach((box) => observer.observe(box));
})();
