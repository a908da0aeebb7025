// `npm run changelog [-- 2026-12-24]` at a release: moves the fragments of changes/ into CHANGELOG.md, under the version of package.json
// and the day (today by default), and deletes them. Run in the folder of the project.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

const day = process.argv[2] ?? new Date().toISOString().slice(0, 10)
if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new Error(`the day of the release must look like 2026-12-24, got "${day}"`)
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

const files = readdirSync('changes').filter((file) => file.endsWith('.md') && file !== 'README.md')
const fragments = files.sort().map((file) => {
  const text = readFileSync(`changes/${file}`, 'utf8').trim()
  if (!text.startsWith('- ')) throw new Error(`changes/${file} must be a list: a line per change that begins with "- "`)
  return text
})

const changelog = readFileSync('CHANGELOG.md', 'utf8')
if (changelog.includes(`## ${version} – 2`)) throw new Error(`CHANGELOG.md has ${version} already: raise the version in package.json first`)
const heading = `## ${version} – ${day}`
const lines = fragments.join('\n')
const unreleased = new RegExp(`^## ${version.replaceAll('.', '\\.')} – unreleased\\n\\n([^]*?)\\n*(?=\\n## |$(?![^]))`, 'm')
const section = unreleased.exec(changelog)
const text = section
  ? changelog.replace(section[0], () => `${heading}\n\n${[section[1], lines].filter(Boolean).join('\n')}\n`)
  : changelog.replace(/^# Changelog\n/, (title) => `${title}\n${heading}\n\n${lines}\n`)
if (text === changelog) throw new Error('CHANGELOG.md must begin with "# Changelog"')
writeFileSync('CHANGELOG.md', text)
for (const file of files) rmSync(`changes/${file}`)
process.stderr.write(`${heading}: ${fragments.length} fragments\n`)
