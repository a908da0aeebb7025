import type { ErrorHandler as Handler } from '../../http/resolution.ts'
import { defineFamily } from '../../manifest/definition/component.ts'

export type ErrorHandler = Handler
export const ErrorHandler = defineFamily<ErrorHandler>('ErrorHandler', 'Decides what a response or a failed attempt means.')
