/** A secret as it may be written elsewhere: as it is, in a URL, in JSON, in base64 at any place of a longer text. */
export function writtenForms(secret: string): string[] {
  const forms = [
    secret,
    ...(secret.isWellFormed() ? [encodeURIComponent(secret)] : []),
    JSON.stringify(secret).slice(1, -1),
    ...base64Forms(secret),
  ];
  return [...new Set(forms)];
}

/** Shorter parts of an encoded secret stand in other texts too. */
const shortestPart = 8;

/**
 * Base64 of a text that has the secret at any place: three alignments, without the characters at either end
 * that the neighbours decide (`user:secret` in an Authorization header).
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].map((offset) => {
    const start = Math.ceil((offset * 8) / 6);
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    return Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(start, end);
  });
  const forms = [bytes.toString('base64'), ...aligned.filter((form) => form.length >= shortestPart)];
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}
