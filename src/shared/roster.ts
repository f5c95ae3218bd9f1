/** Something that can be on one roster. */
export interface RosterMember {
  /** Kept by the roster. */
  rosterPlace: number;
}

/**
 * A set of things that come and go, in no particular order. A `Set` would keep those that have gone until all memory is
 * collected, for the reason that `SlotMap` has.
 */
export class Roster<T extends RosterMember> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  has(member: T): boolean {
    return this.#members[member.rosterPlace] === member;
  }

  add(member: T): void {
    if (this.has(member)) return;
    member.rosterPlace = this.#members.length;
    this.#members.push(member);
  }

  /** Has the last one take the place. Returns whether it was on the roster. */
  delete(member: T): boolean {
    if (!this.has(member)) return false;
    const last = this.#members.pop();
    if (last && last !== member) {
      this.#members[member.rosterPlace] = last;
      last.rosterPlace = member.rosterPlace;
    }
    return true;
  }

  values(): readonly T[] {
    return this.#members;
  }
}
