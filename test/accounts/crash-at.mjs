// Preloaded into a process that is to die: CRASH_AT=KIND:N kills it by SIGKILL at the N-th step of a kind, before anybody learns of it.
// `file`: just before a file is opened, renamed, linked or removed. `response`: an HTTP answer has arrived as a whole.
// `write:N:PORT`: just before bytes go to this port.
import fs from 'node:fs'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

const [kind, count, port] = (process.env.CRASH_AT ?? '').split(':')
let seen = 0

function step(of) {
  if (of === kind && ++seen === Number(count)) process.kill(process.pid, 'SIGKILL')
}

for (const name of ['open', 'rename', 'link', 'rm']) {
  const original = fs.promises[name]
  fs.promises[name] = (...args) => {
    step('file')
    return original.apply(fs.promises, args)
  }
}

const { request } = http
http.request = (...args) =>
  request(...args).prependListener('response', (response) => response.prependListener('end', () => step('response')))

const { write } = net.Socket.prototype
net.Socket.prototype.write = function (...args) {
  if (this.remotePort === Number(port)) step('write')
  return write.apply(this, args)
}

syncBuiltinESMExports()
