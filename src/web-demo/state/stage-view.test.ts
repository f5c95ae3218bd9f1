import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import type { Person } from './person.ts';
import { StageView } from './stage-view.ts';

const person = (id: string, changes: Partial<Person> = {}): Person => ({
  id,
  name: id,
  isSelf: id === 'me',
  joinedAt: 1,
  isReconnecting: false,
  microphoneOn: true,
  camera: null,
  screen: null,
  ...changes,
});
const video = { trackId: 't', mediaTrack: null, muted: false, refused: false };

function setUp(count: number) {
  const people = signal([...Array.from({ length: count }, (_, index) => person(`p${index}`)), person('me')]);
  const activeSpeaker = signal({ participantId: 'p1', since: 0 });
  const lastSpokeAt = signal<ReadonlyMap<string, number>>(new Map());
  const stage = new StageView({ people, activeSpeaker, lastSpokeAt });
  stage.area.value = { width: 1264, height: 640 };
  return { people, stage };
}

describe('StageView', () => {
  it('shows a shared screen large as soon as it is there, and the grid again when it has gone', () => {
    const { people, stage } = setUp(3);
    expect(stage.focusId.value).toBeNull();
    const before = people.value;
    people.value = [...before, person('sharer', { screen: video })];
    expect(stage.focusId.value).toBe('sharer:screen');
    people.value = before;
    expect(stage.focusId.value).toBeNull();
  });

  it('toggles between the grid and the speaker, and lets go of a pinned tile', () => {
    const { stage } = setUp(3);
    stage.toggleLayout();
    expect(stage.focusId.value).toBe('p1:camera');
    stage.togglePin('p2:camera');
    expect(stage.focusId.value).toBe('p2:camera');
    stage.toggleLayout();
    expect(stage.focusId.value).toBeNull();
    expect(stage.pinnedId.value).toBeNull();
  });

  it('turns pages within bounds and comes back when people have left', () => {
    const { people, stage } = setUp(60);
    expect(stage.arrangement.value.pageCount).toBe(2);
    stage.turnPage(1);
    stage.turnPage(1);
    expect(stage.arrangement.value.page).toBe(1);
    people.value = people.value.slice(0, 5);
    expect(stage.arrangement.value.page).toBe(0);
    expect(stage.arrangement.value.placed).toHaveLength(5);
  });
});
