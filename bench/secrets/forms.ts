/** How a secret may be written where it is shown. Pure. */

export const formNames = ['raw', 'base64', 'base64 +1', 'base64 +2', 'URL', 'JSON'] as const;
export type FormName = (typeof formNames)[number];

/** Shorter ones are found in any text. */
const shortest = 8;

/** Each form of a secret, and of each longer line of it that is no armour. */
export function formsOf(secret: string): readonly (readonly [FormName, string])[] {
  const lines = secret.split('\n').filter((line) => line.length >= shortest && !line.startsWith('-----'));
  const forms = [...new Set([secret, secret.trim(), ...lines])].flatMap((text) => [
    ['raw', text] as const,
    ['URL', encodeURIComponent(text)] as const,
    ['URL', new URLSearchParams({ a: text }).toString().slice(2)] as const,
    ['JSON', JSON.stringify(text).slice(1, -1)] as const,
    ...base64Forms(text),
  ]);
  const known = new Set<string>();
  return forms.filter(([, form]) => form.length >= shortest && !known.has(form) && known.add(form));
}

/** As it reads at any place of a longer text: without the characters at either end that the neighbours decide. */
function base64Forms(text: string): (readonly [FormName, string])[] {
  const bytes = Buffer.from(text);
  return ([0, 1, 2] as const).flatMap((offset) => {
    const name = (['base64', 'base64 +1', 'base64 +2'] as const)[offset];
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const core = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')].map((form) => [name, form] as const);
  });
}

/** Which forms of a secret stand in a text. */
export const foundIn = (text: string, secret: string): FormName[] => [
  ...new Set(formsOf(secret).flatMap(([name, form]) => (text.includes(form) ? [name] : []))),
];
