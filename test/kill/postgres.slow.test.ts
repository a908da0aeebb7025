import { killSuite } from './suite.ts'

killSuite('postgres')
