/**
 * Base of our wire adapters. LWC constructs one per wire with a callback, then calls connect, update(config) and
 * disconnect.
 */
import { forget } from 'platform/transport';

const live = new Set();

/**
 * Makes a wire adapter.
 * @param {object} kind
 * @param {(config) => boolean} kind.ready whether the configuration is complete enough to ask
 * @param {(config, fresh: boolean) => Promise} kind.load the answer; `fresh` bypasses what is remembered
 * @param {(data, refresh) => object} [kind.emit] what the component receives
 * @param {(error, refresh) => object} [kind.emitError]
 */
export function defineAdapter({
    ready,
    load,
    emit = (data) => ({ data, error: undefined }),
    emitError = (error) => ({ data: undefined, error })
}) {
    return class Adapter {
        constructor(callback) {
            this.callback = callback;
            this.turn = 0;
            this.connected = false;
            this.refresh = () => this.run(true);
            callback(emit(undefined, this.refresh));
        }

        connect() {
            this.connected = true;
            live.add(this);
            this.run();
        }

        update(config) {
            this.config = config;
            this.run();
        }

        disconnect() {
            this.connected = false;
            live.delete(this);
        }

        async run(fresh = false) {
            if (!this.connected || !this.config || !ready(this.config)) {
                return;
            }
            // an answer that a later question has overtaken is dropped
            const turn = ++this.turn;
            const current = () => turn === this.turn && this.connected;
            try {
                const data = await load(this.config, fresh);
                if (current()) {
                    this.data = data;
                    this.callback(emit(data, this.refresh));
                }
            } catch (error) {
                if (current()) {
                    this.callback(emitError(error, this.refresh));
                }
            }
        }

        /** Whether the answer, or the question when there is no answer, speaks of one of these records. */
        speaksOf(ids) {
            const text = JSON.stringify(this.data ?? this.config ?? null);
            return ids.some((id) => text.includes(id.slice(0, 15)));
        }
    };
}

/** Asks again for everything that shows one of these records. */
export async function invalidate(ids) {
    forget();
    await Promise.all([...live].filter((adapter) => adapter.speaksOf(ids)).map((adapter) => adapter.run(false)));
}

/** Asks again for everything on the page. */
export async function invalidateAll() {
    forget();
    await Promise.all([...live].map((adapter) => adapter.run(false)));
}
