import { expect, test } from 'vitest';
import { asKafkaError } from '../../shared/kafka/kafka-error.ts';

test.each([
  { type: 'CLUSTER_AUTHORIZATION_FAILED', want: /IDEMPOTENT_WRITE on the cluster/ },
  { type: 'TOPIC_AUTHORIZATION_FAILED', want: /the rights on topic and group/ },
  { type: 'GROUP_AUTHORIZATION_FAILED', want: /the rights on topic and group/ },
])('$type says which rights are to be granted', ({ type, want }) => {
  const error = asKafkaError(Object.assign(new Error('no'), { type }), { brokers: ['kafka-1:9092'] });
  expect(error).toMatchObject({ code: 'not_authorized', message: expect.stringMatching(want) });
});
