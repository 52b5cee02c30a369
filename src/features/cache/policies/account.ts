/** What part of all that is asked for may at most be lost against the cautious policy. */
const stake = 0.01;
/** What part of the last requests may be lost before no more is risked for a while. */
const patience = 0.003;
/** Per request; a thousand requests ago hardly count. */
const fading = 0.998;

/**
 * What another choice than that of the cautious policy may cost. What it gained and a part of what is asked for is credit;
 * whoever risks no more than the credit never loses more than that part, whatever is asked for.
 */
export class Account {
  /** More credit than this is of no use: no more can be at risk. */
  most: number;
  #credit = 0;
  #asked = 0;
  #lead = 0;

  constructor(most: number) {
    this.most = most;
  }

  /** A request asked for so much, of which we had so much more, or less, than the cautious policy. */
  request(asked: number, gained: number): void {
    this.#credit = Math.min(this.most, this.#credit + stake * asked + gained);
    this.#asked = fading * this.#asked + asked;
    this.#lead = fading * this.#lead + gained;
  }

  /** Whether so much may be at risk: what the cautious policy has and we have not. */
  allows(risk: number): boolean {
    return risk <= this.#credit && this.#lead >= -patience * this.#asked;
  }
}
