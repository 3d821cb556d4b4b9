// Keeps the rows as they are in the sandbox, filters them while the filter is typed, and opens and copies requests.
"use strict";
(() => {
  // Of those that are kept, the newest that the filter takes are shown.
  const most = { kept: 20_000, shown: 200 };
  const list = document.querySelector("#rows");
  const form = document.querySelector("form");
  const rows = new Map();
  const operations = new Set(), verdicts = new Set();

  function element(name, content, properties = {}) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...[content].flat());
    return made;
  }

  // Requests and deliveries have the same columns; the rest stands below.
  function columns(row) {
    if (row.request_id) {
      const { request_id: id, at, method, path, status, operation_id: operation, verdict, duration_ms, refusal, fault, undocumented } = row;
      const rest = { message: refusal?.message, errors: refusal?.errors, code: refusal?.code, fault, not_in_the_documents: undocumented, request_id: id };
      return { id, at, method, path, status: status ?? "none", operation: operation ?? "", verdict, duration: `${duration_ms.toFixed(1)} ms`, rest };
    }
    const { delivery_id: id, queued_at: at, method, url: path, event, subscription_id, is_express, state, attempts, ...rest } = row;
    const kind = subscription_id ? "webhook" : is_express ? "express" : "callback";
    const [verdict, reason] = typeof state === "string" ? [state] : Object.entries(state)[0];
    const told = attempts.map(({ at, response }) => [at, response.status ?? response.replace("_", " ")]);
    return {
      id, at: new Date(at).toISOString(), method, path, status: told.at(-1)?.[1] ?? "", operation: `${kind} ${event ?? ""}`.trim(),
      verdict: verdict.replace("_", " "), duration: "",
      rest: { [verdict]: reason, attempt: told.map((attempt) => attempt.join(": ")), subscription_id, ...rest, delivery_id: id },
    };
  }

  function* details(name, value) {
    if (value === null || value === undefined || value === "") return;
    if (Array.isArray(value)) for (const item of value) yield* details(name, item);
    else if (typeof value === "object") for (const inner in value) yield* details(inner, value[inner]);
    else yield [name.replaceAll("_", " "), `${value}`];
  }

  function rendered({ id, at, method, path, status, operation, verdict, duration, rest }) {
    const time = element("time", at.slice(11, 23), { dateTime: at, title: at });
    const summary = element("summary", [
      time, element("b", method), element("span", path, { className: "path" }), element("span", `${status} ${verdict}`, { className: "status" }),
      element("span", operation, { className: "operation" }), element("span", duration, { className: "duration" }),
    ], { className: verdict.replace(" ", "-") });
    const list = element("dl", [...details("", rest)].flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
    const row = element("li", element("details", [summary, list]), { id });
    row.firstChild.addEventListener("toggle", () => open(row), { once: true });
    return row;
  }

  function takes(row) {
    const wanted = new FormData(form);
    const text = [row.path, row.method, row.operation, row.status, row.verdict, ...[...details("", row.rest)].map(([, value]) => value)].join("\n");
    return (!wanted.get("verdict") || row.verdict === wanted.get("verdict"))
      && row.operation.includes(wanted.get("operation").trim())
      && text.toLowerCase().includes(wanted.get("text").trim().toLowerCase());
  }

  function show() {
    const found = [];
    for (const row of [...rows.values()].reverse()) {
      if (found.length === most.shown) break;
      if (takes(row)) found.push(row.element ??= rendered(row));
    }
    list.replaceChildren(...found);
  }

  function option(known, value, list) {
    if (known.has(value)) return;
    known.add(value);
    list.append(element("option", value, { value }));
  }

  function take(news) {
    const failures = news.find(({ id }) => id === "failures");
    if (failures) {
      const alert = document.querySelector("[role=alert]");
      alert.hidden = !failures.log && !failures.state;
      alert.textContent = [
        failures.log && `The log is no longer written to its file: ${failures.log}.`,
        failures.state && `The state could not be saved: ${failures.state}.`,
      ].filter(Boolean).join(" ");
    }
    const made = news.filter((row) => row !== failures).map(columns).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    for (const row of made) {
      if (rows.get(row.id)?.element?.firstChild.open) (row.element = rendered(row)).firstChild.open = true;
      rows.set(row.id, row);
      option(operations, row.operation, document.querySelector("datalist"));
      option(verdicts, row.verdict, form.elements.verdict);
    }
    for (const id of rows.keys()) {
      if (rows.size <= most.kept) break;
      rows.delete(id);
    }
    show();
  }

  async function open(row) {
    const found = await fetch(`/_sandbox/requests/${row.id}`);
    if (!found.ok) return;
    const { request, response, responses = [response] } = await found.json();
    const copy = element("button", "Copy as curl", { type: "button" });
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(curl(request));
      copy.textContent = "Copied";
    });
    const part = (title, text) => element("div", [element("h2", title), element("pre", text)]);
    const received = responses.map((text, at) => text && part(responses.length > 1 ? `Response ${at + 1}` : "Response", text));
    const parts = [request && part("Request", request), ...received, response !== undefined && copy];
    row.firstChild.append(element("article", parts.filter(Boolean)));
  }

  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  // What is redacted stays to be filled in.
  function curl(request) {
    const [head, body] = request.split(/\n\n([^]*)/);
    const [first, ...headers] = head.split("\n");
    const [method, url] = first.split(" ");
    const own = /^(accept|accept-encoding|connection|content-length|host): /;
    const options = headers.filter((header) => !own.test(header)).map((header) => `-H ${quoted(header)}`);
    if (body) options.push(`-d ${quoted(body)}`);
    return [`curl -X ${method} ${quoted(url)}`, ...options].join(" \\\n  ");
  }

  const asked = new URLSearchParams(location.search);
  // A verdict that has not come yet can be asked for, too.
  if (asked.get("verdict")) option(verdicts, asked.get("verdict"), form.elements.verdict);
  for (const [name, value] of asked) if (form.elements.namedItem(name)) form.elements.namedItem(name).value = value;
  form.addEventListener("input", () => {
    history.replaceState(null, "", `?${new URLSearchParams(new FormData(form))}`);
    show();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  const events = new EventSource("/_sandbox/events");
  events.onmessage = ({ data }) => take(JSON.parse(data));
})();
