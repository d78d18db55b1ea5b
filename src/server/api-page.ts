/** As much of an OpenAPI document as the page shows. */
interface ApiDocument {
  readonly info?: { readonly title?: string; readonly description?: string };
  readonly paths?: object;
}

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly {
    readonly name?: string;
    readonly in?: string;
    readonly description?: string;
    readonly schema?: object;
  }[];
  readonly requestBody?: Bodies;
  readonly responses?: Readonly<Record<string, Bodies & { readonly description?: string }>>;
}

interface Bodies {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}

export const API_PAGE_STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { overflow: auto; padding: 0.5rem; border: 1px solid; }
h2 { margin-top: 2.5rem; font-size: 1.1rem; overflow-wrap: anywhere; }
dt { font-weight: 600; }
`;

/** The OpenAPI document as one page of HTML without scripts. */
export function renderApiPage({ info = {}, paths = {} }: ApiDocument): string {
  const operations = Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => renderOperation(method.toUpperCase(), path, operation)),
  );
  const title = escapeHtml(info.title ?? "");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: HTTP interface</title>
<link rel="icon" type="image/svg+xml" href="page/icon.svg">
<style>${API_PAGE_STYLE}</style>
<main>
<h1>${title}: HTTP interface</h1>
<p>${escapeHtml(info.description ?? "")}</p>
<p>For programs: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
${operations.join("\n")}
</main>
</html>
`;
}

function renderOperation(method: string, path: string, operation: Operation): string {
  const { summary = "", parameters = [], requestBody, responses = {} } = operation;
  const taken = parameters.map(({ name = "", in: place = "", description = "", schema = {} }) =>
    renderTerm(`${name} (${place})`, description, schema),
  );
  const body = requestBody === undefined ? [] : [renderTerm("body", "", schemaOf(requestBody))];
  const answers = Object.entries(responses).map(([status, response]) =>
    renderTerm(
      status,
      response.description === "Default Response" ? "" : (response.description ?? ""),
      schemaOf(response),
    ),
  );
  return `<section>
<h2><code>${method} ${escapeHtml(path)}</code></h2>
<p>${escapeHtml(summary)}</p>
${renderList("Takes", [...taken, ...body])}${renderList("Answers", answers)}</section>`;
}

function renderList(title: string, terms: readonly string[]): string {
  return terms.length === 0 ? "" : `<h3>${title}</h3>\n<dl>\n${terms.join("")}</dl>\n`;
}

function renderTerm(name: string, description: string, schema: object): string {
  const details = `<details><summary>schema</summary><pre>${escapeHtml(JSON.stringify(schema, undefined, 2))}</pre></details>`;
  return `<dt><code>${escapeHtml(name)}</code></dt>\n<dd>${escapeHtml(description)} ${details}</dd>\n`;
}

function schemaOf({ content = {} }: Bodies): object {
  return Object.values(content)[0]?.schema ?? {};
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
