// Words that mean the same to a programmer, one group a line. Written from general knowledge, not from any question of an
// evaluation set. A word may stand in several groups.
import { stem } from './stem.ts';

const groups = `
list array sequence vector
string str text char
dictionary dict map hash hashmap
integer int number num numeric
float decimal double
boolean bool flag
function func method def fn
remove delete del drop strip erase
directory dir folder
argument arg parameter param option
create make new generate build
convert transform cast parse
get fetch retrieve find read load
write save store dump
check test verify validate is
index idx position offset
length len size count
random rand
datetime date time timestamp
maximum max largest
minimum min smallest
average avg mean
print display show output log
file path filename
sort order
exit quit close terminate
append add insert push
join concatenate concat merge combine
matrix array ndarray
split tokenize
iterate loop iter each
dataframe df table
serialize json dump
image img picture
set assign
replace substitute sub swap
match regex pattern
unicode utf8 encoding
multiply product mul
column col field
first head
last tail
same equal eq
duplicate unique distinct
message msg
configuration config settings conf
database db sql
execute exec run call invoke
environment env
url link http
server host
authentication auth login
authorization auth permission
repository repo
initialize init setup
temporary temp tmp
previous prev
error exception failure
document doc
documentation docs readme
request req
response res reply
connection conn
command cmd
callback cb handler
identifier id
maximum limit
original orig source src
destination dest target
development dev
production prod
specification spec
reference ref
synchronize sync
asynchronous async
dependency dep package
version release
update upgrade bump
`;

const byStem = new Map<string, Set<string>>();
for (const group of groups.trim().split('\n')) {
  const stems = group.split(' ').map(stem);
  for (const each of stems) byStem.set(each, new Set([...(byStem.get(each) ?? []), ...stems]));
}

/** Words of a question that only say what kind of answer is wanted; as stems. */
const frame = new Set(
  'python python3 py java javascript typescript js ts rust golang code coding program programming script using use way example'
    .split(' ')
    .map(stem),
);

/** Stems that mean the same as a stem; [] for most. */
export function synonymsOf(stemmed: string): readonly string[] {
  return [...(byStem.get(stemmed) ?? [])].filter((each) => each !== stemmed);
}

/** True for a word that says in which language an answer is wanted, not what it is about. */
export function isFrame(stemmed: string): boolean {
  return frame.has(stemmed);
}
