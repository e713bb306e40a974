/** Answers of EC2 and Pricing in the shapes that AWS documents. */
import { type Answer, json, xml } from "../fake-aws.ts";

type Fields = Readonly<Record<string, unknown>>;

/** `{ a: [1, 2] }` as `<a><item>1</item><item>2</item></a>`. */
function element(name: string, value: unknown): string {
  const inner = Array.isArray(value)
    ? value.map((item) => element("item", item)).join("")
    : typeof value === "object" && value !== null
      ? Object.entries(value)
          .map(([key, member]) => element(key, member))
          .join("")
      : String(value);
  return `<${name}>${inner}</${name}>`;
}

export function ec2Answer(operation: string, fields: Fields): Answer {
  return xml(element(`${operation}Response`, { requestId: "1", ...fields }));
}

export function ec2Error(status: number, code: string, message: string): Answer {
  const errors = `<Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors>`;
  return {
    status,
    headers: { "content-type": "text/xml" },
    body: `<Response>${errors}<RequestID>1</RequestID></Response>`,
  };
}

export interface Listed {
  readonly family: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly usd: string;
}

export function priceListAnswer(products: readonly Listed[], NextToken?: string): Answer {
  const PriceList = products.map(({ family, attributes, unit, usd }, index) =>
    JSON.stringify({
      product: { productFamily: family, attributes: { servicecode: "AmazonEC2", ...attributes }, sku: `SKU${index}` },
      serviceCode: "AmazonEC2",
      terms: {
        OnDemand: {
          [`SKU${index}.JRTCKXETXF`]: {
            priceDimensions: {
              [`SKU${index}.JRTCKXETXF.6YS6EN2CT7`]: {
                unit,
                beginRange: "0",
                endRange: "Inf",
                pricePerUnit: { USD: usd },
              },
            },
            sku: `SKU${index}`,
            offerTermCode: "JRTCKXETXF",
          },
        },
      },
      version: "20261120000000",
    }),
  );
  return json({ FormatVersion: "aws_v1", PriceList, ...(NextToken !== undefined && { NextToken }) });
}
