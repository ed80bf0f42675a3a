// What live mode says where there is no live server. Not a story.

export function NoLiveServer() {
  return (
    <div className="panel" role="note">
      <h2>The live server is not running here</h2>
      <p>
        In live mode the stories speak to a real server process that is really cut off, frozen and killed. It runs on your own machine: clone the repository, then <code>npm ci</code> and{' '}
        <code>npm run storybook</code>, which starts both.
      </p>
      <p className="hint">Until then choose “Server: simulated” in the toolbar. It is the same server core and the same client, on a simulated network inside this page.</p>
    </div>
  );
}
