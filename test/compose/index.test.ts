import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const door = fileURLToPath(new URL('../../compose/index.ts', import.meta.url))

const DOOR = `
ActionError ActionJournal AuthenticationError Authenticator BackoffStrategy Clock Component ConnectorError ConnectorPackage
Cursor Decoder Destination ErrorHandler InputCheck InstagramConnector InstagramConnectorConfig Item
JsonObject Logger Page PaginationStrategy PartitionRouter PostContent PublishOptions
PublishResult ReadObserver ReadRequest ReadResult RecordExtractor RecordFilter Requester
Retriever Row SchemaLoader StateLease StateMigration StateRegistry StreamState
SyncRecipe TokenProvider Transformation defineComponent fields openJournal read systemClock
`
  .trim()
  .split(/\s+/)
  .sort()

interface Exported {
  readonly name: string
  readonly file: string
}

function sourceOf(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
}

/** What the door names, and whole modules that it would let through. */
function exportsOf(file: string): { readonly named: readonly Exported[]; readonly whole: readonly string[] } {
  const named: Exported[] = []
  const whole: string[] = []
  for (const statement of sourceOf(file).statements) {
    if (!ts.isExportDeclaration(statement)) continue
    const from = statement.moduleSpecifier && ts.isStringLiteral(statement.moduleSpecifier) ? statement.moduleSpecifier.text : ''
    const target = resolve(dirname(file), from)
    const { exportClause } = statement
    if (!exportClause) whole.push(from)
    else if (ts.isNamespaceExport(exportClause)) named.push({ name: exportClause.name.text, file: target })
    else named.push(...exportClause.elements.map(({ name }) => ({ name: name.text, file: target })))
  }
  return { named, whole }
}

const nameOf = (statement: ts.Statement): readonly string[] => {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.map(({ name }) => name.getText())
  const declares = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)
  return (declares || ts.isTypeAliasDeclaration(statement)) && statement.name ? [statement.name.text] : []
}

function isDocumented({ name, file }: Exported): boolean {
  return sourceOf(file).statements.some(
    (statement) => nameOf(statement).includes(name) && ts.getJSDocCommentsAndTags(statement).some(ts.isJSDoc),
  )
}

describe('the door of the package', () => {
  const { named, whole } = exportsOf(door)

  it('lets through what it names, and nothing else', () => {
    expect(whole).toEqual([])
    expect(named.map(({ name }) => name).sort()).toEqual(DOOR)
  })

  it('has a docstring for every name', () => {
    // `fields` is a module: its functions have one each.
    expect(named.filter(({ name }) => name !== 'fields').filter((entry) => !isDocumented(entry))).toEqual([])
  })
})
