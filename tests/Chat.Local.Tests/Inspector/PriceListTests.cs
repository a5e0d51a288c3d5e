using Chat.Local.Inspector;
using Xunit;

namespace Chat.Local.Tests.Inspector;

public sealed class PriceListTests
{
    [Fact]
    public void Each_service_is_charged_for_what_it_bills()
    {
        var bill = PriceList.Current.Charge(
        [
            new MeterReading("functions", "active:http", 10, 1_000_000),
            new MeterReading("functions", "execution:A", 2_000_000, 0),
            new MeterReading("cosmos", "read", 10, 4_000_000),
            new MeterReading("servicebus", "send", 10, 5_000_000),
            new MeterReading("signalr", "message", 10, 3_000_000),
            new MeterReading("signalr", "rest", 10, 7_000_000),
            new MeterReading("blobs", "write:put-blob", 20_000, 20_000),
            new MeterReading("blobs", "list:list-blobs", 2_000, 2_000),
            new MeterReading("blobs", "read:get-blob", 10_000, 10_000),
            new MeterReading("blobs", "other:head-blob", 5_000, 5_000),
            new MeterReading("blobs", "delete:delete-blob", 5_000, 5_000),
            new MeterReading("http", "created:CreateConversation", 5, 0),
            new MeterReading("http", "created:SendMessage", 2000, 0),
        ]);
        Assert.Equal(
            [
                ("GB-s", 26), ("executions", 0.8), ("RU", 1), ("operations", 4), ("messages", 3), ("writes", 0.1), ("lists", 0.01),
                ("reads", 0.004), ("other operations", 0.002),
            ],
            bill.Lines.Select(line => (line.Unit, Math.Round(line.Usd, 9))));
        Assert.Equal(34.916, bill.Usd, 9);
        Assert.Equal(17.458, bill.UsdPerThousandMessages!.Value, 9);
    }

    [Fact]
    public void Without_messages_there_is_no_price_for_a_thousand() => Assert.Null(PriceList.Current.Charge([]).UsdPerThousandMessages);

    [Fact]
    public void Every_price_says_where_it_comes_from_and_how_it_counts()
    {
        Assert.NotEmpty(PriceList.Current.Date);
        Assert.All(PriceList.Current.Prices, price => Assert.All([price.Source, price.Date, price.Note], Assert.NotEmpty));
        Assert.NotEmpty(PriceList.Current.NotCounted);
    }
}
