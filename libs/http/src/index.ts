export * from './answer-member.js';
export * from './client.js';
export * from './connection.js';
export * from './context.js';
export * from './open-enum.js';
export * from './read-answer.js';
