import { LightningElement, api } from 'lwc';
import customComponents from 'virtual:components';
import { standardComponents } from 'host/standardComponents';

const CUSTOM = /^(?:c:)?(\w+)$/;

/** The components of a region or a tab, one below the other. */
export default class Items extends LightningElement {
    @api page;
    shown = [];
    known = [];

    @api
    get items() {
        return this.known;
    }

    set items(items) {
        this.known = items ?? [];
        this.load();
    }

    async load() {
        const items = this.known;
        const loaded = await Promise.all(items.map((item) => this.constructorOf(item)));
        if (items === this.known) {
            this.shown = items
                .map((item, index) => ({
                    key: item.id ?? `${item.name}-${index}`,
                    name: item.name,
                    ctor: loaded[index],
                    props: this.propsOf(item)
                }))
                .filter((item) => item.ctor);
        }
    }

    async constructorOf(item) {
        const [, custom] = CUSTOM.exec(item.name) ?? [];
        const loader = standardComponents[item.name] ?? (custom && customComponents[custom]);
        if (!loader) {
            console.info(`The page host doesn't show "${item.name}".`);
            return null;
        }
        try {
            return (await loader()).default;
        } catch (problem) {
            console.error(`"${item.name}" could not be loaded:`, problem.message);
            return null;
        }
    }

    /** A standard part gets the whole item; a custom component what the platform gives it: the record and its properties. */
    propsOf(item) {
        const { recordId, objectApiName } = this.page;
        if (item.name in standardComponents) {
            return { item, page: this.page, recordId, objectApiName };
        }
        const record = recordId ? { recordId, objectApiName } : {};
        return { ...item.properties, ...record };
    }
}
