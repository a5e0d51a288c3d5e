using System.Text;
using Chat.Functions.Hooks;
using Xunit;

namespace Chat.Functions.Tests.Hooks;

public class WebhookSignatureTests
{
    /// <summary>The example that libraries of Standard Webhooks test themselves with.</summary>
    [Fact]
    public void Should_sign_as_receivers_check()
    {
        using var request = new HttpRequestMessage();
        WebhookSignature.Sign(
            request,
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            DateTimeOffset.FromUnixTimeSeconds(1614265330),
            Encoding.UTF8.GetBytes("""{"test": 2432232314}"""));
        Assert.Equal("msg_p5jXN8AQM9LWM0D4loKWxJek", request.Headers.GetValues("webhook-id").Single());
        Assert.Equal("1614265330", request.Headers.GetValues("webhook-timestamp").Single());
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", request.Headers.GetValues("webhook-signature").Single());
    }

    [Theory]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true)]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false)]
    [InlineData("whsec_c2hvcnQ=", false)]
    [InlineData("whsec_not base64 at all, but long enough for one", false)]
    [InlineData("", false)]
    public void Should_know_a_key(string key, bool isKey) => Assert.Equal(isKey, WebhookSignature.IsKey(key));
}
