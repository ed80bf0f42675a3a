// The projects `dom` and `react18` run the same tests: this one says that each has the React it is named after, everywhere, with its renderer.
import { render, screen } from '@testing-library/react';
import { useState, version } from 'react';
import { version as domVersion } from 'react-dom';
import { useSyncExternalStore } from 'use-sync-external-store/shim';
import { expect, test } from 'vitest';

function Page() {
  const [word] = useState('there');
  const store = useSyncExternalStore(
    () => () => {},
    () => 'here',
  );
  return <p>{`${store} and ${word}`}</p>;
}

test('one React at a time', ({ task }) => {
  expect(version.split('.')[0]).toBe(task.file.projectName === 'react18' ? '18' : '19');
  expect(domVersion).toBe(version);
  render(<Page />);
  expect(screen.getByText('here and there')).toBeDefined();
});
