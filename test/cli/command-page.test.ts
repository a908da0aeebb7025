import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { accountRegistryForms } from '../../accounts/url-forms.ts'
import { commandPage } from '../../cli/command-page.ts'
import { commands } from '../../cli/commands.ts'
import { destinationForms } from '../../destinations/url-forms.ts'
import { schemaRegistryForms } from '../../schemas/url-forms.ts'
import { stateRegistryForms } from '../../state/url-forms.ts'
import { runConnector } from './run.ts'

/** The scheme of a form, as documents write it: `duckdb:`. */
const schemeOf = (form: string): string => /^[a-z0-9]+:?/.exec(form)?.[0] ?? form

describe('docs/commands.md', () => {
  it('is what the definitions of the commands give', () => {
    expect(readFileSync('docs/commands.md', 'utf8')).toBe(commandPage())
  })

  it('names every command, every form of URL and every exit code', () => {
    const page = commandPage()
    for (const { name } of commands) expect(page).toContain(`## connector ${name}\n`)
    const forms = [destinationForms, stateRegistryForms, schemaRegistryForms, accountRegistryForms].flatMap((all) => Object.values(all))
    for (const form of forms) expect(page).toContain(`\`${form}\``)
    for (const code of [0, 1, 2, 3, 4, 5]) expect(page).toMatch(new RegExp(`\\| ${code} \\| [a-z]`))
  })
})

describe('lists of URLs', () => {
  it('in the documents name every scheme that there is', () => {
    const text = readFileSync('docs/state-and-destinations.md', 'utf8')
    for (const form of [...Object.values(destinationForms), ...Object.values(stateRegistryForms)])
      expect(text).toContain(`\`${schemeOf(form)}`)
    const schemas = readFileSync('docs/schemas.md', 'utf8')
    for (const form of Object.values(schemaRegistryForms)) expect(schemas).toContain(schemeOf(form))
  })

  it.each([
    ['read', Object.values(destinationForms)],
    ['read', Object.values(stateRegistryForms)],
    ['discover', Object.values(schemaRegistryForms)],
    ['sync', [...Object.values(accountRegistryForms), ...Object.values(destinationForms).filter((form) => form !== 'stdout')]],
  ])('in the help of connector %s name %j', async (command, forms) => {
    const { stdout } = await runConnector([command, '--help'])
    const text = stdout.replace(/\s+/g, ' ')
    for (const form of forms) expect(text).toContain(form)
  })
})
