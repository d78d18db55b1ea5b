/** The words that demo sessions are made of. Names hold what tends to break programs: quotes, commas, other scripts. */

export const NAMES = [
  "José Ångström",
  "Zoë Müller",
  "李雷",
  "Анна Каренина",
  "Renée Dubois",
  "Søren Kjær",
  "Alice Johnson",
  "Bob Lee",
  "Maria Garcia",
  "Smith, John",
  'Robert "Bob" Roe',
  "田中 太郎 🚀",
] as const;

/** Those of the names that are not ASCII. */
export const NON_ASCII_NAMES = ["José Ångström", "李雷", "Анна Каренина", "Søren Kjær", "田中 太郎 🚀"] as const;

export const LANGUAGES = ["en", "de", "fr", "ja", "ru", "pt-BR"] as const;
export const SOURCES = ["web", "mobile", "cli", "webhook", "bot"] as const;

export const TOOLS = [
  "apply_edit",
  "delete_section",
  "send_message",
  "run_query",
  "create_document",
  "update_paragraph",
] as const;

export const REQUESTS = [
  'Update section\n2.1 "Scope" with the new wording, as agreed',
  "Delete the paragraph about pricing, keep the table",
  'Rename the document to "Q3 report"',
  "Insert a summary\nafter the introduction",
  "Replace all dates, then re-number the list",
] as const;

export const PARAGRAPHS = [
  "The delivery date moves from May to the end of June.",
  "Both parties keep all drafts, minutes and recordings for a period of three years after the end of this contract.",
  "Prices are net and hold until 31 December; a later order is charged by the list that is in force on its day.",
  'The word "document" means every file that is uploaded or linked here, its older versions and comments included.',
] as const;

export const DOCUMENTS = ["master.docx", "Q3 report.docx", "Vertrag – Entwurf.docx", "minutes, final.pdf"] as const;

export const USER_AGENTS = [
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)",
  "okhttp/4.12.0",
] as const;
