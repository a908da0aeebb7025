import type { ErrorHandler as Handler } from '../../http/resolution.ts'
import { defineFamily } from '../../manifest/definition/component.ts'

/** Decides what a response or a failed attempt means: success, ignore, retry after some seconds, or fail with an error. Never throws. */
export type ErrorHandler = Handler
export const ErrorHandler = defineFamily<ErrorHandler>('ErrorHandler', 'Decides what a response or a failed attempt means.')
