// The top of the page: what this is, who you are, how the line is, and whether something of yours is not sent yet.
import { me } from './me.js';
import { Connection } from './connection.js';
import { ThemeSwitch } from './theme-switch.js';
import { Unsent } from './unsent.js';

export function Header() {
  return (
    <header className="top">
      <div className="brand">
        <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M6 17h5l3-8 5 14 3-6h4" />
        </svg>
        <div>
          <h1>Holdfast desk</h1>
          <p className="hint">
            <span className="you">You trade as</span> <b data-testid="me">{me.trader}</b>
          </p>
        </div>
      </div>
      <Connection />
      <div className="top-end">
        <Unsent />
        <ThemeSwitch />
      </div>
    </header>
  );
}
