/** What came is not a whole dump: it was cut, changed, or never one. `explain` makes a TargetError of it. */
export class MalformedDump extends Error {
  override readonly name = 'MalformedDump';
}
