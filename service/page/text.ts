/** Characters that steer terminals or turn the direction of text become visible signs; markup is escaped by `html`. */
export function visible(text: string): string {
  const sign = (character: string): string => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `\u27e8${code.toString(16)}\u27e9`
  }
  // Joiners belong to emoji.
  return text.toWellFormed().replace(/(?!\u200d)[\p{Cc}\p{Cf}\u2028\u2029]/gu, sign)
}

/** `2026-11-20 12:30`, UTC. */
export const minuteOf = (iso: string): string => iso.slice(0, 16).replace('T', ' ')

const MINUTE = 60_000

/** `5 min ago`, `3 h ago`, `2 days ago`. */
export function ago(iso: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(iso)) / MINUTE))
  if (minutes < 1) return 'just now'
  if (minutes < 90) return `${minutes} min ago`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`
}

/** Groups of three digits. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f')
