import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import type { Command } from '../../cli/command.ts'
import { commands } from '../../cli/commands.ts'
import { createProgram } from '../../cli/program.ts'

/** Every command with the words that name it. */
const all = commands.flatMap((entry): readonly (readonly [string, Command])[] => {
  if (!('subcommands' in entry)) return [[entry.name, entry]]
  const fallback = entry.fallback ? [[entry.name, entry.fallback] as const] : []
  return [...fallback, ...entry.subcommands.map((command) => [`${entry.name} ${command.name}`, command] as const)]
})

/** What the command line makes of these words: the command that it would run, or what it writes. */
async function parsed(words: readonly string[]) {
  const texts: string[] = []
  const sink = { write: (text: string) => texts.push(text) > 0 } as unknown as NodeJS.WriteStream
  let chosen: { readonly command: Command; readonly argument: string | undefined } | undefined
  const program = createProgram({ stdout: sink, stderr: sink }, async (command, argument) => {
    chosen = { command, argument }
  })
  await program.parseAsync([...words], { from: 'user' }).catch((thrown: unknown) => {
    if (!(thrown instanceof CommanderError)) throw thrown
  })
  return { chosen, text: texts.join('') }
}

describe('examples of commands', () => {
  it.each(all)('connector %s has one, which its help shows', async (name, command) => {
    expect(command.examples.length).toBeGreaterThan(0)
    const { text } = await parsed([...name.split(' '), '--help'])
    for (const example of command.examples) expect(text).toContain(example)
  })

  it.each(all.flatMap(([, command]) => command.examples.map((example) => [example, command] as const)))(
    '%s is a line that the command accepts',
    async (example, command) => {
      const [program, ...words] = example.replace(/ > \S+$/, '').split(' ')
      expect(program).toBe('connector')
      const { chosen, text } = await parsed(words)
      expect(text).toBe('')
      expect(chosen?.command).toBe(command)
      if (command.argument?.name.startsWith('<')) expect(chosen?.argument).toBeDefined()
    },
  )

  it.each(commands.filter((entry) => 'subcommands' in entry))('connector $name shows those of its subcommands', async (group) => {
    const { text } = await parsed([group.name, '--help'])
    const subcommands = 'subcommands' in group ? group.subcommands : []
    for (const { examples } of subcommands) expect(text).toContain(examples[0])
  })
})
