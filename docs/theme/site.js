// What scrolls can be reached with the keyboard.
document$.subscribe(() => {
  for (const each of document.querySelectorAll("pre > code, .md-typeset__scrollwrap"))
    each.tabIndex = 0;
});
