import { escape } from './html.ts';

interface Node {
  readonly id: string;
  readonly text: string;
  readonly shape: 'step' | 'gate';
}

interface Wire {
  readonly from: string;
  readonly to: string;
  /** Empty: the usual way; else what makes it go there, drawn dotted. */
  readonly label: string;
}

const sizes = { letter: 7.2, padding: 28, height: 40, gap: 44, below: 54, margin: 8 } as const;

/**
 * Draws the flow charts that our summaries have (`flowchart LR`, boxes and gates in one row, dotted ways back below), as
 * GitHub would by Mermaid. Undefined for any other diagram.
 */
export function drawFlow(source: string): string | undefined {
  if (!source.startsWith('flowchart LR')) return undefined;
  const nodes = new Map<string, Node>();
  for (const [, id = '', open, text = ''] of source.matchAll(/(\w+)(\[|\{\{)"(.*?)"(?:\]|\}\})/g))
    nodes.set(id, { id, text, shape: open === '[' ? 'step' : 'gate' });
  const wires = source.split('\n').flatMap(wiresIn);
  const below = new Set(wires.filter(({ label }) => label !== '').map(({ to }) => to));
  const places = placed([...nodes.values()], below);
  const [width, height] = [
    Math.max(...places.map(({ x, width }) => x + width)) + sizes.margin,
    sizes.margin * 2 + sizes.height + (below.size > 0 ? sizes.below + sizes.height : 0),
  ];
  const at = (id: string): Placed | undefined => places.find((place) => place.node.id === id);
  return `<svg class="flow" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="the plan">
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>
${wires.map((wire) => drawWire(wire, at(wire.from), at(wire.to))).join('\n')}
${places.map(drawNode).join('\n')}
</svg>`;
}

/** `a --> b --> c`, and `a -. label .-> b["text"]`. */
function wiresIn(line: string): Wire[] {
  const [, from = '', label = '', to = ''] = /^ *(\w+) -\. (.+?) \.-> (\w+)/.exec(line) ?? [];
  if (from !== '') return [{ from, to, label }];
  const chain = /^ *\w+(?: --> \w+)+$/.test(line) ? line.trim().split(' --> ') : [];
  return chain.slice(1).map((id, before) => ({ from: chain[before] ?? '', to: id, label: '' }));
}

interface Placed {
  readonly node: Node;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function placed(nodes: readonly Node[], below: ReadonlySet<string>): Placed[] {
  let x: number = sizes.margin;
  const row = nodes
    .filter(({ id }) => !below.has(id))
    .map((node) => {
      const place = { node, x, y: sizes.margin, width: widthOf(node) };
      x += place.width + sizes.gap;
      return place;
    });
  const last = row.at(-1);
  const back = nodes
    .filter(({ id }) => below.has(id))
    .map((node) => {
      const width = widthOf(node);
      const middle = last === undefined ? width / 2 : last.x + last.width / 2;
      return {
        node,
        x: Math.max(sizes.margin, middle - width / 2),
        y: sizes.margin + sizes.height + sizes.below,
        width,
      };
    });
  return [...row, ...back];
}

const widthOf = ({ text, shape }: Node): number =>
  text.length * sizes.letter + sizes.padding + (shape === 'gate' ? 20 : 0);

function drawNode({ node: { text, shape }, x, y, width }: Placed): string {
  const [left, right, top, bottom, middle] = [x, x + width, y, y + sizes.height, y + sizes.height / 2];
  const outline =
    shape === 'gate'
      ? `<polygon class="gate" points="${left},${middle} ${left + 14},${top} ${right - 14},${top} ${right},${middle} ${right - 14},${bottom} ${left + 14},${bottom}"/>`
      : `<rect x="${left}" y="${top}" width="${width}" height="${sizes.height}" rx="4"/>`;
  return `${outline}<text x="${x + width / 2}" y="${middle + 5}" text-anchor="middle">${escape(text)}</text>`;
}

function drawWire({ label }: Wire, from: Placed | undefined, to: Placed | undefined): string {
  if (from === undefined || to === undefined) return '';
  const middle = from.y + sizes.height / 2;
  if (label === '')
    return `<line x1="${from.x + from.width}" y1="${middle}" x2="${to.x}" y2="${middle}" marker-end="url(#tip)"/>`;
  const x = from.x + from.width / 2;
  return `<line class="back" x1="${x}" y1="${from.y + sizes.height}" x2="${x}" y2="${to.y}" marker-end="url(#tip)"/>
<text class="label" x="${x + 8}" y="${(from.y + sizes.height + to.y) / 2 + 4}">${escape(label)}</text>`;
}
