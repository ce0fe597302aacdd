/**
 * There is no telling what this build is made from, so nothing that was built before may stand in for it. The message
 * is for the user; the build itself goes on.
 */
export class Unhashable extends Error {
  override readonly name = 'Unhashable';
}
