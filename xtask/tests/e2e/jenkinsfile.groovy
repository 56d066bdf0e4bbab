// Parses a Jenkinsfile with the compiler that Jenkins has (Groovy 2.4), and says where its pipeline has a section, a condition
// or a step that is none, or a stage that does not do exactly one thing.
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.*
import org.codehaus.groovy.control.*

def unit = new CompilationUnit()
def source = unit.addSource('Jenkinsfile', new File(args[0]).text)
unit.compile(Phases.CONVERSION)

conditions = ['beforeAgent', 'beforeInput', 'branch', 'changeRequest', 'expression', 'triggeredBy', 'not', 'anyOf', 'allOf']
sections = [
  pipeline: ['agent', 'options', 'triggers', 'parameters', 'environment', 'stages', 'post'],
  stages: ['stage'],
  stage: ['agent', 'options', 'input', 'when', 'environment', 'stages', 'steps', 'post'],
  input: ['message', 'ok', 'submitter'],
  options: ['timeout', 'buildDiscarder', 'disableConcurrentBuilds'],
  triggers: ['cron'],
  parameters: ['choice', 'string'],
  post: ['always', 'success', 'failure'],
  when: conditions, not: conditions, anyOf: conditions, allOf: conditions,
]
steps = ['sh', 'junit', 'archiveArtifacts', 'withCredentials'] + source.AST.methods*.name
leaves = ['expression', 'environment']
wrong = []
stages = []

def block(call) {
  def last = call.arguments.expressions ? call.arguments.expressions[-1] : null
  last instanceof ClosureExpression ? last.code.statements : null
}

def walk(String name, statements) {
  def known = name in ['steps', 'always', 'success', 'failure'] ? steps : sections[name]
  def seen = []
  for (statement in statements) {
    def call = statement.expression
    if (!(call instanceof MethodCallExpression)) {
      // `agent any`, of which nothing is left but names, or `beforeInput true`
      wrong << "${statement.lineNumber}: no section: ${statement.text}"
      continue
    }
    def word = call.methodAsString
    seen << word
    if (!(word in known)) wrong << "${call.lineNumber}: `${name}` has no `${word}`"
    if (word == 'stage') stages << call.arguments.expressions[0].text
    def inside = block(call)
    if (inside != null && !(word in leaves) && !(word in steps)) walk(word, inside)
  }
  if (name == 'stage' && seen.count { it in ['steps', 'stages'] } != 1) {
    wrong << "${statements[0].lineNumber}: a stage has either steps or stages"
  }
}

def calls = source.AST.statementBlock.statements*.expression
def pipelines = calls.findAll { it instanceof MethodCallExpression && it.methodAsString == 'pipeline' }
if (pipelines.size() != 1 || calls.size() != 1) wrong << 'a declarative Jenkinsfile is one `pipeline`'
pipelines.each { walk('pipeline', block(it)) }
wrong.each { println it }
if (wrong.empty) println stages.join(', ')
System.exit(wrong.empty ? 0 : 1)
