import { writtenForms } from '../domain/secret-forms.ts';
import { secretParts } from '../domain/secret-lines.ts';

/** Shorter ones are refused: masking `1` or `on` would blank the whole log. */
const shortestSecret = 4;
const hidden = '***';

/**
 * The secrets of this step. `mask` tells the runner, which hides them in the log from then on; `redact` hides
 * them in what the runner does not look at: summary, report, record files.
 */
export class Masks {
  readonly #write: (text: string) => void;
  readonly #warn: (line: string) => void;
  readonly #known = new Set<string>();
  /** Longest first, so that a secret that contains another one is hidden whole. */
  #forms: string[] = [];

  constructor(write: (text: string) => void, warn: (line: string) => void) {
    this.#write = write;
    this.#warn = warn;
  }

  /** Hides a value from now on. One that is too short is refused with a warning that does not say it. */
  mask(secret: string): void {
    const whole = secret.trim();
    if (whole === '' || this.#known.has(whole)) return;
    this.#known.add(whole);
    if (whole.length < shortestSecret) {
      this.#warn(
        `a secret of ${whole.length} characters is too short to hide in the log; use one of at least ${shortestSecret}`,
      );
      return;
    }
    const lines = (text: string): string[] =>
      secretParts(text).filter((part) => part.length >= shortestSecret);
    const parts = whole.includes('\n') ? lines(whole) : [whole, ...lines(decoded(whole))];
    for (const part of new Set(parts)) this.#write(`::add-mask::${escapeData(part)}\n`);
    const forms = [whole, ...parts].flatMap(formsOf);
    this.#forms = [...new Set([...this.#forms, ...forms])].sort((a, b) => b.length - a.length);
  }

  /** The text without any secret, nor its base64, URL-encoded or JSON form. */
  redact(text: string): string {
    return this.#forms.reduce((rest, form) => rest.replaceAll(form, hidden), text);
  }
}

/** The text of several lines that a base64 value stands for (a kubeconfig in a secret), else nothing. */
function decoded(value: string): string {
  if (!/^[A-Za-z0-9+/]{40,}={0,2}$/.test(value)) return '';
  const text = Buffer.from(value, 'base64').toString('utf8');
  return text.includes('\n') && !text.includes('\uFFFD') ? text : '';
}

/** The value of a workflow command must stay on one line. */
export const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const formsOf = (secret: string): string[] =>
  writtenForms(secret).filter((form) => form.length >= shortestSecret);
