import { between, mix, pick } from './hash.ts'

/** Openings of posts. Some carry what trips careless readers: emoji, line breaks, U+2028, right-to-left text, formulas, templates. */
const OPENINGS: readonly [string, ...string[]] = [
  'Good morning from the workshop',
  'New on the menu 🥐☕️',
  'Thank you for 1,000 answers to our survey! 🙏🏽',
  'We are hiring:\n• two bakers\n• one driver',
  'مساء الخير من فريقنا في لشبونة',
  'שבת שלום לכולם',
  'A line\u2028and a paragraph\u2029separator',
  '=HYPERLINK("https://example.com","Open")',
  'Prices from €9,90 – "today only" \\ while stocks last',
  '👩‍👩‍👧‍👦 Family day on Sunday 🇵🇹',
  'Template literally: {{ record.id }} and ${name}',
  'Ünïcödé and 日本語 side by side',
  'What is your favourite? <b>Tell us</b> & win',
]
const CLOSINGS: readonly [string, ...string[]] = [
  '',
  ' #local',
  ' See you there!',
  '\n\nhttps://example.com/blog?utm_source=page&id=7',
  ' 🎉',
]

/** The message of post number n of a Page; undefined for the posts without one (about one in twelve). */
export function message(key: number, n: number): string | undefined {
  const roll = mix(key, n, 21)
  if (roll % 12 === 0) return undefined
  if (roll % 97 === 1) return '🎈'.repeat(between(mix(roll), 300, 2_200))
  return `${pick(mix(roll, 1), OPENINGS)} (${n + 1})${pick(mix(roll, 2), CLOSINGS)}`
}
