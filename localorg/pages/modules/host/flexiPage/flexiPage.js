import { LightningElement, api } from 'lwc';

/** Templates of Lightning App Builder: rows of regions with their share of twelve columns. */
const TEMPLATES = {
    'flexipage:recordHomeTemplateDesktop': [
        [['header', 12]],
        [
            ['main', 8],
            ['sidebar', 4]
        ]
    ],
    'flexipage:recordHomeLeftSidebarTemplateDesktop': [
        [['header', 12]],
        [
            ['sidebar', 4],
            ['main', 8]
        ]
    ],
    'flexipage:recordHomeThreeColTemplateDesktop': [
        [['header', 12]],
        [
            ['leftsidebar', 3],
            ['main', 6],
            ['rightsidebar', 3]
        ]
    ],
    'flexipage:recordHomeWithSubheaderTemplateDesktop': [
        [['header', 12]],
        [['subheader', 12]],
        [
            ['main', 8],
            ['sidebar', 4]
        ]
    ],
    'flexipage:recordHomeSingleColNoHeaderTemplateDesktop': [[['main', 12]]],
    'home:desktopTemplate': [
        [
            ['top', 8],
            ['sidebar', 4],
            ['bottomLeft', 4],
            ['bottomRight', 4]
        ]
    ],
    'flexipage:defaultAppHomeTemplate': [[['main', 12]]],
    'flexipage:appHomeTemplateTwoColumnsStacked': [
        [['region1', 12]],
        [
            ['region2', 6],
            ['region3', 6]
        ]
    ]
};
/** On home pages the sidebar stands beside two rows. */
const HOME = 'home:desktopTemplate';

/** A page made in Lightning App Builder: its regions in the template's order. */
export default class FlexiPage extends LightningElement {
    @api page;

    get rows() {
        const { template, regions } = this.page.flexiPage;
        const known = new Map(regions.map((region) => [region.name, region]));
        const rows = TEMPLATES[template] ?? regions.map((region) => [[region.name, 12]]);
        return rows
            .map((row, index) => ({
                key: `row-${index}`,
                rowClass: template === HOME ? 'row home' : 'row',
                cells: row
                    .filter(([name]) => known.get(name)?.items.length)
                    .map(([name, span]) => this.cell(known.get(name), span))
            }))
            .filter((row) => row.cells.length);
    }

    cell(region, span) {
        return { key: region.name, region, cellClass: `cell span-${span} region-${region.name}` };
    }
}
