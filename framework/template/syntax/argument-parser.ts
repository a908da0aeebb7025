import { TemplateSyntaxError } from './lexer.ts'
import type { CallArguments, Expression } from './syntax.ts'
import type { TokenStream } from './token-stream.ts'

/** Of a filter or test without brackets. */
export const noArguments: CallArguments = { positional: [], named: [] }

interface Collected {
  readonly positional: Expression[]
  readonly named: [string, Expression][]
  spread?: Expression
  namedSpread?: Expression
}

/** The arguments after an opening bracket, closing bracket included. */
export function parseArguments(stream: TokenStream, expression: () => Expression): CallArguments {
  const collected: Collected = { positional: [], named: [] }
  for (let first = true; !stream.acceptOperator(')'); first = false) {
    if (!first) stream.expectOperator(',')
    if (!first && stream.acceptOperator(')')) break
    parseArgument(stream, expression, collected)
  }
  return collected
}

function parseArgument(stream: TokenStream, expression: () => Expression, collected: Collected): void {
  const { current, following } = stream
  if (stream.acceptOperator('**')) collected.namedSpread = expression()
  else if (collected.namedSpread) throw new TemplateSyntaxError('arguments after **')
  else if (stream.acceptOperator('*')) collected.spread = expression()
  else if (current.type === 'name' && following.type === 'operator' && following.text === '=') {
    stream.next()
    stream.next()
    collected.named.push([current.text, expression()])
  } else if (collected.named.length > 0 || collected.spread) throw new TemplateSyntaxError('positional arguments come before named ones')
  else collected.positional.push(expression())
}
