import {
  type AssignmentClause,
  type AssignmentRule,
  type AssignmentSubject,
  findTextFault,
  TEXT_ATTRIBUTES,
} from '#domain';
import { nearestName } from './nearest.js';

/** What is wrong with a rule, without the name of its setting. */
export interface AssignmentProblem {
  readonly rule: string;
  readonly remedy: string;
}

const EXAMPLE = 'tags.team=red,blue; attributes.department=Sales; email';
const MAX_SHOWN = 64;
const NAMED = ['tags', 'attributes'] as const;
// Only these two are asked: who is deleted has no scope to be in.
const STATUSES = ['active', 'deactivated'];

/**
 * Reads a rule such as `tags.team=red,blue; attributes.department=Sales; email`: conditions that must all hold, each of
 * something that has one of the values listed, or any where none is. What holds `;`, `,`, `=`, spaces at an end or a
 * quote is put in double quotes, and a quote in them doubled. The whole language stands in docs/assignment.md.
 */
export function readAssignment(text: string): AssignmentRule | AssignmentProblem {
  if (findTextFault(text) !== null) return { rule: 'must not hold control characters', remedy: 'correct it' };
  const pieces = cut(text, ';');
  if (pieces === null) return { rule: 'has a quote that is not closed', remedy: 'close it, or double it' };
  const rule: AssignmentClause[] = [];
  for (const piece of pieces.filter((one, at) => one.trim() !== '' || at < pieces.length - 1)) {
    const clause = readClause(piece);
    if ('remedy' in clause) return clause;
    if (rule.some(({ subject }) => spellSubject(subject) === spellSubject(clause.subject))) {
      const remedy = 'list all its values in one condition, separated by commas';
      return { rule: `names ${shown(spellSubject(clause.subject))} twice`, remedy };
    }
    rule.push(clause);
  }
  if (rule.length > 0) return rule;
  return { rule: 'names nothing', remedy: 'write a condition, or leave it out for everybody' };
}

/** A rule as one text, which reads back as the same rule. */
export function spellAssignment(rule: AssignmentRule): string {
  return rule
    .map(({ subject, values }) => {
      const name = spellSubject(subject);
      return values === null ? name : `${name}=${values.map(quotedIfNeeded).join(',')}`;
    })
    .join('; ');
}

function readClause(piece: string): AssignmentClause | AssignmentProblem {
  const [name = '', ...rest] = cut(piece, '=') ?? [];
  if (rest.length > 1) {
    const remedy = 'put a value that holds = in double quotes, and ; between conditions';
    return { rule: `has more than one = behind ${shown(name)}`, remedy };
  }
  const subject = readSubject(name.trim());
  if ('remedy' in subject) return subject;
  const [listed] = rest;
  if (listed === undefined) {
    return subject.kind === 'status' ? noStatus() : { subject, values: null };
  }
  const values = (cut(listed, ',') ?? []).map(unquoted);
  if (values.includes(null)) {
    const remedy =
      'list the values behind =, separated by commas; for whoever has any, leave = out; "" is empty';
    return { rule: `has a value behind ${shown(name)} that is empty, or quoted in part`, remedy };
  }
  const given = values.filter((value) => value !== null);
  const known = given.every((value) => STATUSES.includes(value)) && given.includes('active');
  return subject.kind === 'status' && !known ? noStatus() : { subject, values: given };
}

function noStatus(): AssignmentProblem {
  return {
    rule: 'must list statuses that include active, or nobody would be in scope',
    remedy: `write status=active, or leave it out; known are ${STATUSES.join(' and ')}`,
  };
}

function readSubject(text: string): AssignmentSubject | AssignmentProblem {
  if (text === 'status') return { kind: 'status' };
  const plain = TEXT_ATTRIBUTES.find((name) => name === text);
  if (plain !== undefined) return { kind: 'text', name: plain };
  const kind = NAMED.find((one) => text.startsWith(`${one}.`));
  const name = kind === undefined ? null : unquoted(text.slice(kind.length + 1));
  if (kind !== undefined && name !== null && name !== '') return { kind, name };
  return unknownSubject(text);
}

function unknownSubject(text: string): AssignmentProblem {
  const known = ['status', ...TEXT_ATTRIBUTES];
  const near = nearestName(text, [...known, 'tags.<name>', 'attributes.<key>']) ?? '';
  return {
    rule: `asks for ${text === '' ? 'nothing before a ; or =' : shown(text)}, which no user has`,
    remedy: `did you mean ${near}? known are ${known.join(', ')}, tags.<name> and attributes.<key>, as in ${EXAMPLE}`,
  };
}

/** Cuts at a separator outside of quotes; `null` when a quote is not closed. */
function cut(text: string, separator: ';' | '=' | ','): string[] | null {
  const pieces: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (const [at, letter] of [...text.split('')].entries()) {
    if (letter === '"') isQuoted = !isQuoted;
    if (letter !== separator || isQuoted) continue;
    pieces.push(text.slice(start, at));
    start = at + 1;
  }
  return isQuoted ? null : [...pieces, text.slice(start)];
}

/** A name or value as it is meant; `null` when it is empty without saying so, or quoted only in part. */
function unquoted(text: string): string | null {
  const trimmed = text.trim();
  if (/^"(?:[^"]|"")*"$/.test(trimmed)) return trimmed.slice(1, -1).replaceAll('""', '"');
  return trimmed === '' || trimmed.includes('"') ? null : trimmed;
}

function quotedIfNeeded(text: string): string {
  const isPlain = text !== '' && text === text.trim() && !/[;,="]/.test(text);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

function spellSubject(subject: AssignmentSubject): string {
  switch (subject.kind) {
    case 'status':
      return 'status';
    case 'text':
      return subject.name;
    case 'attributes':
    case 'tags':
      return `${subject.kind}.${quotedIfNeeded(subject.name)}`;
  }
}

function shown(text: string): string {
  return text.trim().slice(0, MAX_SHOWN);
}
