import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { IconButton } from '../../ui/button.tsx';
import type { TerminalSession } from './terminal-session.ts';

const decorations = {
  matchBackground: '#e3b34166',
  matchOverviewRuler: '#e3b341',
  activeMatchBackground: '#f0883e',
  activeMatchColorOverviewRuler: '#f0883e',
};

/** Looks for text in the screen and the scrollback. */
export function FindBar({ session, onClose }: { session: TerminalSession; onClose: () => void }) {
  const [text, setText] = useState('');
  const [result, setResult] = useState({ resultIndex: -1, resultCount: 0 });
  useEffect(() => {
    const subscription = session.search.onDidChangeResults(setResult);
    return () => {
      subscription.dispose();
      session.search.clearDecorations();
    };
  }, [session]);
  const find = (value: string, direction: 'next' | 'previous', incremental = false) => {
    if (value === '') session.search.clearDecorations();
    else if (direction === 'next') session.search.findNext(value, { decorations, incremental });
    else session.search.findPrevious(value, { decorations });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
    else if (event.key === 'Enter') find(text, event.shiftKey ? 'previous' : 'next');
    else return;
    event.preventDefault();
  };
  return (
    <div className="find-bar" role="search" aria-label="Find in terminal">
      <input
        className="input"
        type="search"
        aria-label="Find in terminal"
        value={text}
        autoFocus
        onChange={(event) => {
          setText(event.target.value);
          find(event.target.value, 'next', true);
        }}
        onKeyDown={onKeyDown}
      />
      <span className="muted find-count" role="status">
        {text === ''
          ? ''
          : result.resultCount === 0
            ? 'none'
            : `${result.resultIndex + 1} of ${result.resultCount}`}
      </span>
      <IconButton label="Previous match" onClick={() => find(text, 'previous')}>
        <ArrowUp size={14} aria-hidden />
      </IconButton>
      <IconButton label="Next match" onClick={() => find(text, 'next')}>
        <ArrowDown size={14} aria-hidden />
      </IconButton>
      <IconButton label="Close find" onClick={onClose}>
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  );
}
