/** A number with more digits than a double has, as its source wrote it. */
export class ExactDecimal {
  readonly literal: string

  constructor(literal: string) {
    this.literal = literal
  }

  /** JSON.stringify refuses it as it refuses every bigint; {@link jsonText} writes it in full. */
  toJSON(): bigint {
    return 0n
  }
}
