// Tells the page that embeds or opened this one what happens here, in the messages of Dintero's Web SDK, and does what
// that page asks for. Without such a page it does nothing.
"use strict";
(() => {
  const query = new URLSearchParams(location.search);
  const role = query.get("role");
  const isPopOut = role === "pop_out_payment";
  const host = isPopOut ? opener : parent === self ? null : parent;
  if (!host) return;

  let main = document.querySelector("main");
  let validation = query.get("client_side_validation") === "true" ? "needed" : "done";
  let button, isOpen = false;
  const read = (name) => JSON.parse(main.dataset.sdk)[name];
  // Whoever may embed the page is named by its content security policy.
  const post = (type, content) =>
    host.postMessage({ type, sid: read("sid"), ...(isPopOut && { context: "popOut" }), ...content }, "*");

  function announce(type) {
    const event = read("event");
    if (event) post(event.type, event);
    else if (type) {
      post(type, { session: read("session") });
      post("ActivePaymentProductType", { payment_product_type: "dintero_psp.creditcard" });
    } else post("ScrollToTop");
    const form = main.querySelector(".choose");
    if (role === "pop_out_launcher" && form) {
      // The SDK lays a button over this place, which opens the forms in a window of their own.
      const place = document.createElement("div");
      place.className = "launcher";
      form.after(place);
      for (const form of main.querySelectorAll("form")) form.remove();
    }
    measure();
  }

  function measure() {
    post("HeightChanged", { height: Math.ceil(document.body.getBoundingClientRect().height) });
    const place = main.querySelector(".launcher")?.getBoundingClientRect();
    if (!place) return;
    const { color, backgroundColor, font } = getComputedStyle(document.querySelector("h1"));
    post("ShowPopOutButton", {
      top: `${place.top}`, left: `${place.left}`, right: `${innerWidth - place.right}`,
      styles: { font, color, background: backgroundColor, height: "3.5rem", border: "2px solid", borderRadius: "0.5rem", cursor: "pointer" },
      openLabel: document.querySelector("h1").innerText, focusLabel: "Go to the payment", closeLabel: "Close the payment",
      descriptionLabel: "The payment is open in a window of its own.",
      language: document.documentElement.lang, disabled: `${isOpen}`,
    });
  }

  async function load() {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.querySelector("main");
    main.replaceWith(next);
    main = next;
  }

  async function change(body) {
    const response = await fetch(location.href, { method: "POST", body, headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.ok) return alertPayer(page.querySelector("[role=alert]")?.innerText ?? response.statusText);
    await load();
    announce("SessionUpdated");
  }

  function alertPayer(text) {
    const alert = document.createElement("section");
    alert.className = "alert";
    alert.setAttribute("role", "alert");
    alert.append(text);
    main.querySelector(".alert")?.remove();
    main.querySelector("h1").after(alert);
  }

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (submitter?.value === "pay" && validation !== "done") {
      event.preventDefault();
      button = submitter;
      post("ValidateSession", { session: read("session") });
    } else if (form.closest(".express")) {
      event.preventDefault();
      change(new URLSearchParams(new FormData(form, submitter)));
    } else if (!form.elements.embedded) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "embedded", value: "true" });
      form.append(field);
    }
  });

  const actions = {
    async LockSession() {
      const response = await fetch(`/v1/view/${read("sid")}/session/lock`, { method: "POST" });
      if (!response.ok) return post("SessionLockFailed");
      const { pay_lock_id } = await response.json();
      main.inert = true;
      post("SessionLocked", { pay_lock_id });
    },
    async RefreshSession() {
      await load();
      announce("SessionUpdated");
    },
    ValidationResult({ success, clientValidationError }) {
      if (!success) return alertPayer(clientValidationError || "The shop did not accept this payment.");
      validation = "done";
      button?.form.requestSubmit(button);
    },
    SetActivePaymentProductType() {
      post("ActivePaymentProductType", { payment_product_type: "dintero_psp.creditcard" });
    },
    SetLanguage: ({ language }) => post("LanguageChanged", { language }),
    OpenedPopOut() { isOpen = true; measure(); },
    async ClosedPopOut() {
      isOpen = false;
      await load();
      if (read("event")) post("HidePopOutButton");
      else announce("SessionUpdated");
    },
    OpenPopOutFailed: () => alertPayer("The window of the payment could not be opened."),
  };
  addEventListener("message", ({ source, data }) => {
    if (source === host && data?.sid === read("sid") && Object.hasOwn(actions, data.type)) actions[data.type](data);
  });

  if (isPopOut) post("AppLoaded");
  if (query.get("hide_test_message") === "true") document.querySelector("header").hidden = true;
  new ResizeObserver(measure).observe(document.body);
  // The shop has been told when it shows how the payment ended.
  if (location.pathname.startsWith("/embedResult")) post("HidePopOutButton");
  // While the shop validates, the window waits.
  else if (query.get("loader") === "true") main.hidden = true;
  else announce(read("first") && "SessionLoaded");
})();
