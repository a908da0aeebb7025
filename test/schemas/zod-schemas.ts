import ts from 'typescript'
import { type ZodType, z } from 'zod'

/** Runs a generated module and gives the schemas that it exports. */
export async function zodSchemas(code: string): Promise<Readonly<Record<string, ZodType>>> {
  const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 } })
  const exported: Record<string, ZodType> = {}
  new Function('require', 'exports', outputText)(() => ({ z }), exported)
  return exported
}
