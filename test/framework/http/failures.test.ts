import { describe, expect, it } from 'vitest'
import { ConnectorError, StoppedError } from '../../../framework/errors.ts'
import { attemptError, stoppedBy } from '../../../framework/http/failures.ts'

const nodeError = (code: string) => Object.assign(new Error(`it failed with ${code}`), { code })

describe('attemptError', () => {
  it.each([
    ['ECONNRESET', 'ERR_CONNECTION', 'transient_error'],
    ['ECONNREFUSED', 'ERR_CONNECTION', 'transient_error'],
    ['EPIPE', 'ERR_CONNECTION', 'transient_error'],
    ['EHOSTUNREACH', 'ERR_CONNECTION', 'transient_error'],
    ['ENOTFOUND', 'ERR_DNS', 'transient_error'],
    ['EAI_AGAIN', 'ERR_DNS', 'transient_error'],
    ['CERT_HAS_EXPIRED', 'ERR_TLS', 'config_error'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_TLS', 'config_error'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS', 'config_error'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS', 'config_error'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS', 'config_error'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'ERR_TLS', 'config_error'],
    ['EPROTO', 'ERR_TLS', 'config_error'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_TLS', 'config_error'],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', 'ERR_CONNECTION', 'transient_error'],
    ['HPE_INVALID_CONSTANT', 'ERR_RESPONSE_INVALID', 'transient_error'],
    ['HPE_HEADER_OVERFLOW', 'ERR_RESPONSE_INVALID', 'transient_error'],
    ['ERR_INVALID_CHAR', 'ERR_REQUEST_INVALID', 'config_error'],
  ])('calls %s %s, %s', (code, expected, failureType) => {
    const error = attemptError(new Error('outer', { cause: nodeError(code) }), 'GET https://a.example/x')
    expect(error).toMatchObject({ code: expected, failureType, message: expect.stringMatching(/^GET https:\/\/a\.example\/x: /) })
    expect(error.cause).toMatchObject({ code })
  })

  it('hands on an error of ours that came up inside', () => {
    const inner = new ConnectorError('ERR_ADDRESS_REFUSED', 'no')
    expect(attemptError(new Error('outer', { cause: inner }), 'GET x')).toBe(inner)
  })

  it('keeps no cause that holds the options of a request', () => {
    const foreign = Object.assign(new Error('x'), { options: { headers: { authorization: 'Bearer sandbox-user-token' } } })
    expect(attemptError(foreign, 'GET x').cause).toBeUndefined()
    expect(attemptError('a text', 'GET x')).toMatchObject({ code: 'ERR_CONNECTION', message: 'GET x: the connection failed: a text' })
  })
})

describe('stoppedBy', () => {
  it('has the code of the reason, and is a new error for everybody who is stopped', () => {
    const reason = new StoppedError('ERR_DEADLINE', 'late')
    const signal = AbortSignal.abort(reason)
    expect(stoppedBy(signal)).toMatchObject({ name: 'StoppedError', code: 'ERR_DEADLINE', message: 'late', cause: reason })
    expect(stoppedBy(signal)).not.toBe(stoppedBy(signal))
  })

  it('is a stop whatever the reason', () => {
    expect(stoppedBy(AbortSignal.abort())).toMatchObject({ name: 'StoppedError', code: 'ERR_ABORTED' })
    expect(stoppedBy(AbortSignal.abort('text'))).toMatchObject({ name: 'StoppedError', cause: 'text' })
    expect(stoppedBy(undefined)).toMatchObject({ code: 'ERR_ABORTED' })
  })
})
