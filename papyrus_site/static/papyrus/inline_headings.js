"use strict";
// A cell of a table of rows carries its heading, which a narrow screen shows above it.
for (const table of document.querySelectorAll(".inline-group .tabular table")) {
  for (const heading of table.tHead.rows[0].cells) {
    const name = [...heading.classList].find((each) => each.startsWith("column-"));
    const cells = name ? `td.field-${name.slice("column-".length)}` : "td.delete";
    for (const cell of table.querySelectorAll(`tr.form-row > ${cells}`)) {
      cell.dataset.heading = heading.textContent.trim();
    }
  }
}
