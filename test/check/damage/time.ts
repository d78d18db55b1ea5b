// Times in the forms of other programs.
import { Unsuitable, type Draft } from "./draft.js";
import { get, kindsOf, set, TIME_COLUMNS, type Kind, type KindOptions, type RowLine } from "./kind.js";
import type { Random } from "../../../src/demo/random.js";
import { isoformat, type BaseOptions } from "./session.js";

const { file, rows, value } = kindsOf("time");

/** The parts of a time, as texts with leading zeros. */
class Time {
  readonly y: string;
  readonly mo: string;
  readonly d: string;
  readonly h: string;
  readonly mi: string;
  readonly s: string;
  /** Six digits. */
  readonly us: string;
  readonly seconds: number;
  readonly #date: Date;
  readonly iso: string;
  constructor(iso: string) {
    this.iso = iso;
    const [y = "", mo = "", d = "", h = "", mi = "", s = "", us = "000000"] = iso.split(/[-T:.]/);
    [this.y, this.mo, this.d, this.h, this.mi, this.s, this.us] = [y, mo, d, h, mi, s, us];
    this.#date = new Date(`${iso.slice(0, 19)}Z`);
    this.seconds = this.#date.getTime() / 1000;
    if (Number.isNaN(this.seconds)) throw new Unsuitable();
  }
  get month(): string {
    return (
      ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][Number(this.mo) - 1] ?? ""
    );
  }
  get weekday(): string {
    return ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][this.#date.getUTCDay()] ?? "";
  }
  get h12(): number {
    return Number(this.h) % 12 || 12;
  }
  get half(): string {
    return Number(this.h) < 12 ? "AM" : "PM";
  }
  get day(): number {
    return Number(this.d);
  }
  get clock(): string {
    return `${this.h}:${this.mi}:${this.s}`;
  }
  get date(): string {
    return `${this.y}-${this.mo}-${this.d}`;
  }
  get fraction(): string {
    return this.us === "000000" ? "" : `.${this.us}`;
  }
}

type Write = (time: Time) => string;
interface FormOptions extends KindOptions {
  readonly all?: boolean;
  readonly micros?: BaseOptions["micros"];
  readonly base?: BaseOptions;
  /** The form cannot say the whole value; what it says, if that may be written. */
  readonly unknown?: (time: Time) => readonly string[];
}

/** Times in another form, in all rows or some. */
function form(
  name: string,
  write: Write,
  { all = true, micros = "none", unknown, base, ...rest }: FormOptions = {},
): Kind {
  const apply = (draft: Draft, random: Random) => {
    const lines = all ? draft.rowLines : draft.take(random, 1 + random.below(5));
    for (const line of lines) rewrite(draft, line, write, unknown);
  };
  return file(name, apply, { stage: "values", base: { rows: [14, 24], ...base, micros }, ...rest });
}

function rewrite(draft: Draft, line: RowLine, write: Write, unknown: FormOptions["unknown"]): void {
  const alt: Partial<Record<string, readonly string[]>> = {};
  for (const column of TIME_COLUMNS) {
    const time = new Time(get(line, column));
    set(line, column, () => write(time));
    if (unknown !== undefined) alt[column] = unknown(time);
  }
  if (unknown !== undefined) draft.unknown(line.row, TIME_COLUMNS, alt);
}

const some = { all: false } as const;
const withMicros = { micros: "mixed" } as const;
const valid = { verdict: "any" } as const;
const toMinute = { unknown: (time: Time) => [`${time.date}T${time.h}:${time.mi}:00`] } as const;

/** One time of some rows that is none. */
function none(name: string, text: string | ((from: string) => string)): Kind {
  const column = name.startsWith("created") ? "created_at" : "last_activity";
  return value(name, column, (from) => (typeof text === "string" ? text : text(from)), { unknown: [column] });
}

export const TIME: readonly Kind[] = [
  form("utc-word", (t) => `${t.date} ${t.clock}${t.fraction} UTC`, withMicros),
  form("gmt-word", (t) => `${t.date} ${t.clock} GMT`),
  form("space-before-z", (t) => `${t.date}T${t.clock}${t.fraction} Z`, withMicros),
  form("small-t-and-z", (t) => `${t.date}t${t.clock}${t.fraction}z`, { ...withMicros, ...valid }),
  form("space-before-offset", (t) => `${t.date} ${t.clock}${t.fraction} +0000`, withMicros),
  form("postgres", (t) => `${t.date} ${t.clock}${t.fraction}+00`, { ...withMicros, ...valid }),
  form("nanoseconds", (t) => `${t.date}T${t.clock}.${t.us}000Z`, { ...withMicros, ...valid }),
  form("basic", (t) => `${t.y}${t.mo}${t.d}T${t.h}${t.mi}${t.s}`, valid),
  form("digits-only", (t) => `${t.y}${t.mo}${t.d}${t.h}${t.mi}${t.s}`, { isStretch: true }),
  form("slashes-iso", (t) => `${t.y}/${t.mo}/${t.d} ${t.clock}`),
  form("slashes-iso-micros", (t) => `${t.y}/${t.mo}/${t.d} ${t.clock}${t.fraction}`, withMicros),
  form("dots-iso", (t) => `${t.y}.${t.mo}.${t.d} ${t.clock}`),
  form("underscore", (t) => `${t.date}_${t.clock}`, valid),
  form("two-spaces", (t) => `${t.date}  ${t.clock}${t.fraction}`, withMicros),
  form("dd.mm.yyyy", (t) => `${t.d}.${t.mo}.${t.y} ${t.clock}`),
  form("dd.mm.yyyy-some", (t) => `${t.d}.${t.mo}.${t.y} ${t.clock}`, { ...some, isStretch: true }),
  form("dd.mm.yyyy-micros", (t) => `${t.d}.${t.mo}.${t.y} ${t.clock}${t.fraction}`, withMicros),
  form("d.m.yyyy", (t) => `${t.day}.${Number(t.mo)}.${t.y} ${t.clock}`),
  form("dd-mm-yyyy", (t) => `${t.d}-${t.mo}-${t.y} ${t.clock}`),
  form("dd/mm/yyyy", (t) => `${t.d}/${t.mo}/${t.y} ${t.clock}`),
  form("dd/mm/yyyy-comma", (t) => `${t.d}/${t.mo}/${t.y}, ${t.clock}`),
  form("mm/dd/yyyy", (t) => `${t.mo}/${t.d}/${t.y} ${t.clock}`),
  form("m/d/yyyy", (t) => `${Number(t.mo)}/${t.day}/${t.y} ${t.clock}`),
  form("m/d/yyyy-comma-am-pm", (t) => `${Number(t.mo)}/${t.day}/${t.y}, ${t.h12}:${t.mi}:${t.s} ${t.half}`),
  form("mm/dd/yyyy-am-pm-small", (t) => `${t.mo}/${t.d}/${t.y} ${t.h12}:${t.mi}:${t.s} ${t.half.toLowerCase()}`),
  form(
    "mm/dd/yyyy-am-pm-joined",
    (t) => `${t.mo}/${t.d}/${t.y} ${t.h12.toString().padStart(2, "0")}:${t.mi}:${t.s}${t.half}`,
  ),
  form("narrow-space-am-pm", (t) => `${Number(t.mo)}/${t.day}/${t.y}, ${t.h12}:${t.mi}:${t.s}\u202f${t.half}`),
  form("iso-am-pm", (t) => `${t.date} ${t.h12}:${t.mi}:${t.s} ${t.half}`),
  form("dd-Mon-yyyy", (t) => `${t.d}-${t.month}-${t.y} ${t.clock}`),
  form("dd-MON-yyyy", (t) => `${t.d}-${t.month.toUpperCase()}-${t.y} ${t.clock}${t.fraction}`, withMicros),
  form("d-Month-yyyy", (t) => `${t.day} ${t.month} ${t.y} ${t.clock}`),
  form("Mon-d-yyyy", (t) => `${t.month} ${t.day}, ${t.y} ${t.clock}`),
  form("Mon-d-yyyy-am-pm", (t) => `${t.month} ${t.day}, ${t.y}, ${t.h12}:${t.mi}:${t.s} ${t.half}`),
  form("dd-Mon-yyyy-some", (t) => `${t.d}-${t.month}-${t.y} ${t.clock}`, some),
  form("rfc-2822", (t) => `${t.weekday}, ${t.d} ${t.month} ${t.y} ${t.clock} +0000`),
  form("rfc-2822-some", (t) => `${t.weekday}, ${t.d} ${t.month} ${t.y} ${t.clock} +0000`, some),
  form("http-date", (t) => `${t.weekday}, ${t.d} ${t.month} ${t.y} ${t.clock} GMT`),
  form("ctime", (t) => `${t.weekday} ${t.month} ${t.day.toString().padStart(2)} ${t.clock} ${t.y}`),
  form("unix-date", (t) => `${t.weekday} ${t.month} ${t.day.toString().padStart(2)} ${t.clock} UTC ${t.y}`),
  form("javascript", (t) => `${t.weekday} ${t.month} ${t.d} ${t.y} ${t.clock} GMT+0000 (Coordinated Universal Time)`),
  form("apache-log", (t) => `${t.d}/${t.month}/${t.y}:${t.clock} +0000`, { isStretch: true }),
  form("oracle", (t) => `${t.d}-${t.month.toUpperCase()}-${t.y.slice(2)} ${t.h12}.${t.mi}.${t.s}.${t.us} ${t.half}`, {
    ...withMicros,
    isStretch: true,
  }),
  form("dots-in-clock", (t) => `${t.date} ${t.h}.${t.mi}.${t.s}`),
  form("comma-for-point", (t) => `${t.date} ${t.clock}${t.fraction.replace(".", ",")}`, { ...withMicros, ...valid }),
  form("comma-for-point-iso", (t) => `${t.date}T${t.clock}${t.fraction.replace(".", ",")}`, {
    ...withMicros,
    ...valid,
  }),
  form("epoch-seconds", (t) => `${t.seconds}`),
  form("epoch-seconds-point-zero", (t) => `${t.seconds}.0`),
  form("epoch-milliseconds", (t) => `${t.seconds}000`),
  form("epoch-microseconds", (t) => `${t.seconds}${t.us}`, withMicros),
  form("epoch-nanoseconds", (t) => `${t.seconds}${t.us}000`, withMicros),
  form("epoch-with-fraction", (t) => `${t.seconds}.${t.us}`, withMicros),
  form("epoch-mixed", (t) => (t.seconds % 2 ? `${t.seconds}` : `${t.seconds}000`), some),
  form("dotnet-json", (t) => `/Date(${t.seconds}000)/`, { isStretch: true }),
  form(
    "python-datetime",
    (t) =>
      `datetime.datetime(${t.y}, ${Number(t.mo)}, ${t.day}, ${Number(t.h)}, ${Number(t.mi)}, ${Number(t.s)}, ${Number(t.us)})`,
    { ...withMicros, isStretch: true },
  ),
  form("in-single-quotes", (t) => `'${t.iso}'`, withMicros),
  form("in-quotes-of-json", (t) => `"${t.iso}"`, withMicros),
  form("apostrophe-before", (t) => `'${t.iso}`, { ...withMicros, isStretch: true }),
  form("excel-serial", (t) => (t.seconds / 86_400 + 25_569).toFixed(9).replace(/0+$/, ""), {
    unknown: () => [],
    isStretch: true,
  }),
  form("minutes-only-iso", (t) => `${t.date} ${t.h}:${t.mi}`, { ...toMinute, ...valid }),
  form("minutes-only-us", (t) => `${Number(t.mo)}/${t.day}/${t.y} ${Number(t.h)}:${t.mi}`, toMinute),
  form("minutes-only-german", (t) => `${t.d}.${t.mo}.${t.y} ${t.h}:${t.mi}`, toMinute),
  form("minutes-and-tenths", (t) => `${t.mi}:${t.s}.0`, { unknown: () => [] }),
  form("date-only", (t) => t.date, { unknown: (t) => [`${t.date}T00:00:00`, t.date], ...valid }),
  form("two-digit-year", (t) => `${t.mo}/${t.d}/${t.y.slice(2)} ${t.clock}`, { unknown: () => [] }),
  form("ambiguous-day", (t) => `${t.d}/${t.mo}/${t.y} ${t.clock}`, { unknown: () => [], base: { lastDay: 12 } }),
  form("zone-cest", (t) => `${t.date} ${t.clock} CEST`, { unknown: (t) => [isoformat(t.seconds - 7200, 0)] }),
  form("zone-est", (t) => `${t.date} ${t.clock} EST`, { unknown: (t) => [isoformat(t.seconds + 18_000, 0)] }),
  form("zone-in-brackets", (t) => `${t.iso}+00:00[UTC]`, { ...withMicros, isStretch: true }),
  form("no-separator-in-fraction", (t) => `${t.date}T${t.clock}:${t.us}`, { micros: "all", isStretch: true }),
  none("empty", ""),
  none("created-empty", ""),
  none("word-none", "None"),
  none("word-nat", "NaT"),
  none("words", "yesterday"),
  none("zeros", "0000-00-00 00:00:00"),
  none("created-month-13", (from) => `${from.slice(0, 5)}13${from.slice(7)}`),
  none("month-00", (from) => `${from.slice(0, 5)}00${from.slice(7)}`),
  none("day-31-of-september", (from) => `2025-09-31${from.slice(10)}`),
  none("29-february", (from) => `2025-02-29${from.slice(10)}`),
  none("hour-24", (from) => `${from.slice(0, 11)}24:30:00`),
  none("minute-60", (from) => `${from.slice(0, 14)}60:00`),
  none("second-61", (from) => `${from.slice(0, 17)}61`),
  none("letter-o", (from) => from.replace("0", "O")),
  none("letter-l", (from) => from.replace(/1|0/, "l")),
  none("created-digit-lost", (from) => from.slice(0, 8) + from.slice(9)),
  none("year-of-five-digits", (from) => `1${from}`),
  none("seconds-lost", (from) => from.slice(0, 17)),
  none("hash-signs", "########"),
  rows("24-00-00", (line, draft) => odd(line, draft, "24:00:00", 86_400), {}),
  rows("leap-second", (line, draft) => odd(line, draft, "23:59:60", 86_400), {}),
];

/** A time of which one may say that it is the next day's start. */
function odd(line: RowLine, draft: Draft, clock: string, seconds: number): void {
  const day = get(line, "last_activity").slice(0, 10);
  set(line, "last_activity", () => `${day}T${clock}`);
  const next = isoformat(Date.parse(`${day}T00:00:00Z`) / 1000 + seconds, 0);
  draft.unknown(line.row, ["last_activity"], { last_activity: [next, `${day}T23:59:59`] });
}
