// The form of a delivery note: pickers, lines, keys. Sums come from the server; nothing is computed here.
(() => {
  "use strict";

  const form = document.getElementById("note");
  const table = document.getElementById("lines");
  const blank = document.getElementById("blank-line");
  const expired = document.getElementById("expired");
  const SUGGEST_DELAY_MS = 120;

  const field = (line, name) => line.querySelector(`[name$="-${name}"]`);
  const lines = () => [...table.querySelectorAll("tbody.line")];
  const recalculate = () => form.dispatchEvent(new Event("recalculate"));
  // Without a session a page leads to the sign-in page; the product master's addresses answer 401.
  const isSignedOut = (response) => response.type === "opaqueredirect" || response.status === 401;
  const worded = (sentence, typed) => sentence.replace("{typed}", () => typed);

  // --- Picker: a text input with a list under it (ARIA combobox pattern) ---

  class Picker {
    constructor(input, { url, key, describe, choose, freeText, beside = () => ({}) }) {
      Object.assign(this, { input, url, key, describe, choose, freeText, beside });
      this.list = document.createElement("ul");
      this.list.id = `${input.id}-list`;
      this.list.setAttribute("role", "listbox");
      this.list.className = "suggestions";
      this.list.hidden = true;
      document.body.append(this.list);
      input.setAttribute("aria-controls", this.list.id);
      input.addEventListener("input", () => this.ask());
      input.addEventListener("keydown", (event) => this.key_(event));
      input.addEventListener("blur", () => this.close());
      // mousedown, not click: a click would come after the blur that closes the list.
      this.list.addEventListener("mousedown", (event) => {
        event.preventDefault();
        const option = event.target.closest("[role=option]");
        if (option) this.take([...this.list.children].indexOf(option));
      });
    }

    ask() {
      clearTimeout(this.timer);
      this.controller?.abort();
      this.asking = this.input.value.trim() !== "";
      this.typedAhead = null;
      if (!this.asking) return this.close();
      this.timer = setTimeout(() => this.load(), SUGGEST_DELAY_MS);
    }

    async load() {
      const typed = this.input.value.trim();
      this.controller = new AbortController();
      try {
        const response = await fetch(`${this.url}?${new URLSearchParams({ q: typed, ...this.beside() })}`, {
          signal: this.controller.signal,
          headers: { Accept: "application/json" },
          redirect: "manual",
        });
        if (isSignedOut(response)) return this.expire();
        if (!response.ok) throw new Error(response.statusText);
        this.show(typed, (await response.json())[this.key]);
      } catch (error) {
        if (error.name !== "AbortError") this.fail(form.dataset.failed);
      }
    }

    show(typed, found) {
      const waiting = this.stopWaiting();
      this.options = found.map((item) => ({ item, text: this.describe(item) }));
      if (this.freeText) this.options.push({ item: null, typed, text: [["free", worded(form.dataset.freeText, typed)]] });
      if (this.options.length) {
        this.list.replaceChildren(...this.options.map(({ text }, index) => this.option(text, index)));
        this.open();
        this.highlight(0);
        if (waiting) this.take(0);
      } else this.say(worded(form.dataset.noMatch, typed));
      if (waiting) typeOn(waiting);
    }

    // Returns what was typed since an Enter that the answer was awaited for; null when there was none.
    stopWaiting() {
      const waiting = this.typedAhead;
      this.asking = false;
      this.typedAhead = null;
      return waiting;
    }

    option(parts, index) {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${index}`;
      option.setAttribute("role", "option");
      for (const [kind, text] of parts) {
        const span = document.createElement("span");
        span.className = kind;
        span.textContent = text;
        option.append(span);
      }
      return option;
    }

    say(sentence) {
      this.options = [];
      const line = document.createElement("li");
      line.className = "nothing";
      line.textContent = sentence;
      this.list.replaceChildren(line);
      this.open();
    }

    // What was typed ahead had no place to go to; it is named, so that nobody takes it for entered.
    fail(sentence) {
      const lost = (this.stopWaiting() ?? []).filter((key) => key.length === 1).join("");
      const sentences = [sentence, lost && worded(form.dataset.notEntered, lost)].filter(Boolean);
      if (sentences.length) this.say(sentences.join(" "));
      else this.close();
    }

    expire() {
      sayExpired();
      this.fail("");
    }

    open() {
      const box = this.input.getBoundingClientRect();
      this.list.style.left = `${box.left + window.scrollX}px`;
      this.list.style.top = `${box.bottom + window.scrollY + 2}px`;
      this.list.style.minWidth = `${box.width}px`;
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
    }

    close() {
      clearTimeout(this.timer);
      this.controller?.abort();
      this.stopWaiting();
      this.list.hidden = true;
      this.options = [];
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }

    highlight(index) {
      this.active = index;
      [...this.list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
      this.input.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
      this.list.children[index].scrollIntoView({ block: "nearest" });
    }

    take(index) {
      const { item, typed } = this.options[index];
      this.close();
      if (item) this.choose(item);
      else this.freeText(typed);
    }

    key_(event) {
      if (event.isComposing) return; // Enter that ends a kana conversion is not a choice
      if (this.typedAhead && !event.ctrlKey && !event.metaKey && (event.key.length === 1 || event.key === "Enter")) {
        this.typedAhead.push(event.key);
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      const count = this.options?.length ?? 0;
      const isOpen = !this.list.hidden && count > 0;
      if (event.key === "ArrowDown" && isOpen) this.highlight((this.active + 1) % count);
      else if (event.key === "ArrowUp" && isOpen) this.highlight((this.active + count - 1) % count);
      else if (event.key === "Enter" && isOpen) this.take(this.active);
      else if (event.key === "Enter" && this.asking) this.typedAhead = []; // a scanner is faster than the answer
      else if (event.key === "Tab" && isOpen && this.options[this.active].item) return this.take(this.active);
      else if (event.key === "Escape" && !this.list.hidden) this.close();
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }

  // What was typed between an Enter and the answer it waited for goes where it would have gone after it.
  function typeOn(keys) {
    for (const key of keys) {
      const input = document.activeElement;
      const pressed = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
      if (!input.dispatchEvent(pressed) || key.length > 1) continue;
      input.setRangeText(key, input.selectionStart, input.selectionEnd, "end");
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  // --- Lines ---

  function prepareLine(line) {
    const code = field(line, "code");
    new Picker(code, {
      url: form.dataset.products,
      key: "products",
      beside: () => ({ on: form.elements.delivered_on.value, customer: form.elements.customer_id.value }),
      describe: (product) => [
        ["code", product.sku],
        ["name", product.name],
        ["price", product.unit_price === null ? form.dataset.priceNotSet : `¥${product.unit_price.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",")}`],
      ],
      choose: (product) => {
        field(line, "product_sku").value = product.sku;
        code.value = product.sku;
        field(line, "name").value = product.name;
        field(line, "unit").value = product.unit;
        field(line, "unit_price").value = line.dataset.offer = product.unit_price ?? "";
        field(line, "tax_category").value = product.tax_category;
        clearOverride(line);
        clearRemark(line);
        line.dataset.hasProduct = "true";
        focus(field(line, "quantity"));
        changed();
      },
      freeText: (typed) => {
        field(line, "product_sku").value = "";
        code.value = "";
        field(line, "name").value = typed;
        if (line.dataset.hasProduct) forgetProduct(line);
        focus(field(line, "quantity"));
        changed();
      },
    });
    if (field(line, "product_sku").value) line.dataset.hasProduct = "true";
    follow(line);
    code.addEventListener("input", () => {
      field(line, "product_sku").value = "";
      clearRemark(line);
    });
  }

  // What was said of the product that stood here before.
  function clearRemark(line) {
    line.querySelector(".remark")?.remove();
  }

  // --- Prices: one that was offered follows the delivery date and the customer, one that was typed stays ---

  // Whether the price of the line changed.
  function follow(line) {
    const { sku = "", offer, rule, isOwn } = line.querySelector(".amount").dataset;
    // An answer to what stood here before; the one to what stands here now is on its way.
    if (sku !== field(line, "product_sku").value) return false;
    const shown = line.querySelector(".rule");
    const price = field(line, "unit_price");
    const followed = line.dataset.offer;
    line.dataset.offer = offer ?? "";
    if (offer === undefined) {
      shown.replaceChildren();
      delete line.dataset.offer;
      return false;
    }
    const isOffered = followed !== undefined && price.value.replaceAll(",", "") === followed;
    if (isOffered && followed !== offer) {
      price.value = offer;
      shown.replaceChildren(rule);
      return true;
    }
    if (isOwn === undefined) shown.replaceChildren(rule);
    else shown.replaceChildren(`${form.dataset.ownPrice}（${rule}）`, takeButton(offer));
    return false;
  }

  function takeButton(offer) {
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.do = "take";
    button.textContent = offer === "" ? form.dataset.takeNone : form.dataset.take.replace("{price}", () => offer);
    return button;
  }

  const repriced = document.getElementById("repriced");

  function followAll() {
    const places = lines().flatMap((line, place) => (follow(line) ? [place + 1] : []));
    if (!places.length) return;
    repriced.textContent = form.dataset.repriced
      .replace("{count}", () => places.length)
      .replace("{lines}", () => places.slice(0, 20).join("、") + (places.length > 20 ? "…" : ""));
    repriced.hidden = false;
    changed();
  }

  function clearOverride(line) {
    for (const name of ["rate_override", "rate_reason"]) field(line, name).value = "";
    line.querySelector(".override").hidden = true;
  }

  // A name typed by hand keeps nothing of the product that stood here before.
  function forgetProduct(line) {
    for (const name of ["unit", "unit_price"]) field(line, name).value = "";
    field(line, "tax_category").selectedIndex = 0;
    clearOverride(line);
    clearRemark(line);
    delete line.dataset.hasProduct;
    delete line.dataset.offer;
  }

  function newLine() {
    const holder = document.createElement("table");
    holder.innerHTML = blank.innerHTML;
    const line = holder.querySelector("tbody");
    prepareLine(line);
    return line;
  }

  // Names and ids carry a line's place, so every change of order writes them anew.
  function renumber() {
    const all = lines();
    all.forEach((line, index) => {
      line.querySelector(".position").textContent = index + 1;
      for (const element of line.querySelectorAll("[name^='lines-'], [id*='lines-']")) {
        for (const attribute of ["name", "id", "aria-describedby"]) {
          const value = element.getAttribute(attribute);
          if (value) element.setAttribute(attribute, value.replace(/lines-(\d+|__prefix__)-/, `lines-${index}-`));
        }
      }
      const overridden = field(line, "rate_override").value !== "";
      line.classList.toggle("overridden", overridden);
    });
    form.elements["lines-TOTAL_FORMS"].value = all.length;
    form.elements["lines-INITIAL_FORMS"].value = 0;
  }

  function changed() {
    isChanged = true;
    renumber();
    recalculate();
  }

  function focus(input) {
    input.focus();
    input.select?.();
  }

  function nextLine(line) {
    const next = line.nextElementSibling?.matches("tbody.line") ? line.nextElementSibling : appendLine();
    focus(field(next, "code"));
  }

  function appendLine() {
    const line = newLine();
    table.append(line);
    renumber();
    return line;
  }

  const tools = {
    take(line) {
      field(line, "unit_price").value = line.dataset.offer ?? "";
      changed();
      focus(field(line, "quantity"));
    },
    rate(line) {
      const row = line.querySelector(".override");
      row.hidden = !row.hidden;
      if (!row.hidden) focus(field(line, "rate_override"));
    },
    up(line) {
      const previous = line.previousElementSibling;
      if (previous?.matches("tbody.line")) previous.before(line);
      changed();
    },
    down(line) {
      const next = line.nextElementSibling;
      if (next?.matches("tbody.line")) next.after(line);
      changed();
    },
    duplicate(line) {
      const copy = newLine();
      for (const source of line.querySelectorAll("[name^='lines-']")) {
        field(copy, source.name.split("-").pop()).value = source.value;
      }
      copy.querySelector(".override").hidden = line.querySelector(".override").hidden;
      if (line.dataset.hasProduct) copy.dataset.hasProduct = "true";
      if (line.dataset.offer !== undefined) copy.dataset.offer = line.dataset.offer;
      line.after(copy);
      changed();
      focus(field(copy, "quantity"));
    },
    delete(line) {
      const neighbour = line.nextElementSibling ?? line.previousElementSibling;
      line.remove();
      if (!lines().length) appendLine();
      changed();
      focus(field(neighbour?.matches("tbody.line") ? neighbour : lines()[0], "code"));
    },
  };

  table.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) tools[button.dataset.do](button.closest("tbody.line"));
  });
  document.getElementById("add-line").addEventListener("click", () => focus(field(appendLine(), "code")));

  // --- Keys ---

  const lineKeys = { ArrowUp: "up", ArrowDown: "down", d: "duplicate", Delete: "delete", r: "rate" };

  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const line = event.target.closest("tbody.line");
    const tool = event.altKey && line && lineKeys[event.key];
    if (tool) {
      event.preventDefault();
      const name = event.target.name?.split("-").pop();
      tools[tool](line);
      if (name && (tool === "up" || tool === "down")) field(line, name).focus();
    } else if (event.key === "Enter" && event.target.matches("input, select") && !event.ctrlKey && !event.metaKey) {
      // Enter never sends the form by surprise: it goes on to what is typed next.
      event.preventDefault();
      if (line) nextLine(line);
      else afterHead(event.target);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const button = { s: "save", Enter: "issue" }[event.key];
    if (!button) return;
    event.preventDefault();
    form.requestSubmit(form.elements[button]);
  });

  function afterHead(input) {
    const order = ["customer", "delivered_on", "order_number", "subject"];
    const next = order[order.indexOf(input.name) + 1];
    focus(next ? form.elements[next] : field(lines()[0], "code"));
  }

  // --- Customer ---

  const customer = form.elements.customer;
  new Picker(customer, {
    url: form.dataset.customers,
    key: "customers",
    describe: (item) => [["code", item.code], ["name", item.name], ["price", item.basis]],
    choose: (item) => {
      form.elements.customer_id.value = item.id;
      customer.value = `${item.code} ${item.name}`;
      focus(field(lines().find((line) => !field(line, "code").value && !field(line, "name").value) ?? lines()[0], "code"));
      changed();
    },
  });
  customer.addEventListener("input", () => { form.elements.customer_id.value = ""; });

  // --- Leaving and sending ---

  // Only an alert in the page itself stands for typing that is not saved.
  let isChanged = document.querySelector("main > [role=alert]") !== null;
  let isSent = false;
  let isAnswered = false;
  let awaited; // the button whose sending waits for an answer
  form.addEventListener("input", () => { isChanged = true; });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged && !isSent) event.preventDefault();
  });
  // A session that ended would answer with the sign-in page, and all that was typed would be gone: ask first.
  form.addEventListener("submit", async (event) => {
    if (isAnswered) return;
    event.preventDefault();
    const button = event.submitter;
    if (isSent || awaited === button) return; // the second half of a double click
    awaited = button;
    const target = await targetOf(button);
    if (awaited !== button) return; // another button was pressed meanwhile
    awaited = undefined;
    if (!target) return sayExpired();
    send(button, target);
  });

  function send(button, target) {
    form.target = target;
    button?.removeAttribute("formtarget"); // it serves only where no script runs
    isSent = target === "_self";
    isAnswered = true;
    form.requestSubmit(button);
    isAnswered = false;
  }

  // Back from the next page: the same form may be sent again.
  window.addEventListener("pageshow", () => { isSent = false; });

  // Where the answer belongs: a PDF into a tab of its own, everything else here. Null when the session has ended.
  async function targetOf(button) {
    if (!(await askWhetherSignedIn())) return null;
    if (!button || !("preview" in button.dataset)) return "_self";
    const typed = new FormData(form);
    typed.set("check", "1");
    try {
      const response = await fetch(button.formAction, { method: "POST", body: typed, redirect: "manual" });
      if (isSignedOut(response)) return null;
      return [409, 422].includes(response.status) ? "_self" : "_blank";
    } catch {
      return "_blank"; // no connection: the browser says so there, and this form stays
    }
  }

  async function askWhetherSignedIn() {
    try {
      const response = await fetch(`${form.dataset.customers}?q=`, { redirect: "manual" });
      if (isSignedOut(response)) return false;
    } catch {
      return true; // no connection: the browser says that better
    }
    expired.hidden = true;
    // Signing in again, in another tab, has changed the token this form was made with.
    const token = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
    if (token) form.elements.csrfmiddlewaretoken.value = token[1];
    return true;
  }

  function sayExpired() {
    expired.hidden = false;
    expired.scrollIntoView({ block: "nearest" });
  }

  // --- Totals: marked while they do not belong to what is typed ---

  const totals = document.getElementById("totals");
  form.addEventListener("input", () => totals.classList.add("outdated"));
  totals.addEventListener("htmx:beforeSwap", (event) => {
    // The sign-in page, which a request is led to without a session, names this address in its query.
    const isTotals = new URL(event.detail.xhr.responseURL).pathname === totals.getAttribute("hx-post");
    if (isTotals) return;
    event.detail.shouldSwap = false;
    sayExpired();
  });
  totals.addEventListener("htmx:responseError", async (event) => {
    if (event.detail.xhr.status === 401) return sayExpired();
    if (event.detail.xhr.status !== 403) return;
    const token = form.elements.csrfmiddlewaretoken.value;
    if (!(await askWhetherSignedIn())) sayExpired();
    else if (form.elements.csrfmiddlewaretoken.value !== token) recalculate();
  });
  totals.addEventListener("htmx:afterSwap", () => totals.classList.remove("outdated"));
  // The amounts of the lines, which carry the offers, are swapped one after the other; then all are there.
  totals.addEventListener("htmx:afterSettle", followAll);

  lines().forEach(prepareLine);
  renumber();
  const wrong = form.querySelector("[aria-invalid=true]");
  focus(wrong ?? (customer.value ? field(lines().find((line) => !field(line, "name").value) ?? lines()[0], "code") : customer));
})();
