declare module '../../framework/errors.ts' {
  /** What an error of the Graph API may be about besides a stream and an account. */
  interface ErrorContext {
    readonly media_id?: string
    /** Names, joined by commas. */
    readonly metric?: string
  }
}

export {}
