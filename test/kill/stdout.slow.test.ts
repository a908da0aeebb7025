import { killSuite } from './suite.ts'

killSuite('stdout')
